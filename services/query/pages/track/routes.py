"""Pages that follow one parcel: the number entry, the parcel itself, the same by a granted link."""

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from services.domain.numbers.formats import couriers
from services.domain.numbers.normal import LONGEST
from services.query.access.viewing import shown, viewer_of
from services.query.pages.render import page
from services.query.pages.track.entry import Entry, entry_of, number_of
from services.query.pages.track.live import follow
from services.query.pages.track.reads import now_of, versions_of, with_number
from services.query.pages.track.story import Story, story_of
from services.query.pages.troubles import told_as_page
from services.query.parts import Parts
from services.runtime.http_auth import Principal
from services.runtime.http_problems import Problem

Json = dict[str, Any]

SECTION: Final = "track"
_MOST_WRITTEN: Final = 4 * LONGEST


def add_to(app: FastAPI, parts: Parts) -> None:
    """Add the routes."""
    pages = TrackPages(parts)
    app.add_api_route("/", pages.start, methods=["GET"], include_in_schema=False)
    app.add_api_route("/track/{key:path}", pages.parcel, methods=["GET"], include_in_schema=False)
    app.add_api_route("/track-live/{key:path}", pages.live, methods=["GET"], include_in_schema=False)


class TrackPages:
    """The pages of the number entry and of a parcel."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @told_as_page(SECTION)
    async def start(self, request: Request) -> Response:
        """The number entry; with `?number=` the parcel, a choice of parcels, or help."""
        written = request.query_params.get("number", "").strip()[:_MOST_WRITTEN]
        if not written:
            return _start(request, None, [], may_look=True)
        return await self._looked_up(request, written)

    @told_as_page(SECTION)
    async def parcel(self, request: Request) -> Response:
        """The parcel; with `?part` what of the page follows it live."""
        key = request.path_params["key"]
        story = await self._story(request, key)
        if story is None:
            raise Problem(HTTPStatus.NOT_FOUND, f"nothing is known of {key}")
        shipment = story.view["shipment"]
        return parcel_page(
            request, story, where=track_path(shipment), live=f"/track-live/{quote(shipment, safe=':')}"
        )

    async def live(self, request: Request, key: str) -> Response:
        """The stream that the parcel's page follows; raises Problem (404, 503), StoreAway."""
        shipment, caller = await self._may_follow(request, key)

        async def still_may() -> None:
            await self._may_follow(request, key)

        return await follow(self._parts, request, shipment, caller, still_may)

    async def _may_follow(self, request: Request, key: str) -> tuple[str, Principal]:
        normal, viewer = _normal_key(key), await viewer_of(request)
        if normal is not None and viewer is not None:
            async with self._parts.store.snapshot() as snapshot:
                if await shown(snapshot, normal, viewer) is not None:
                    return normal, viewer.caller
        raise Problem(HTTPStatus.NOT_FOUND, f"nothing is known of {key}")

    async def _story(self, request: Request, key: str) -> Story | None:
        normal = _normal_key(key)
        viewer = await viewer_of(request)
        if normal is None or viewer is None:
            return None
        async with self._parts.store.snapshot() as snapshot:
            found = await shown(snapshot, normal, viewer)
            if found is None:
                return None
            versions = await versions_of(snapshot, normal)
            return story_of(found, now=await now_of(snapshot), versions=versions)

    async def _looked_up(self, request: Request, written: str) -> Response:
        carrier, number = number_of(written)
        viewer = await viewer_of(request)
        keys: list[str] = []
        views: list[Json] = []
        if number is not None and viewer is not None:
            async with self._parts.store.snapshot() as snapshot:
                found = [s for s in await with_number(snapshot, number, viewer.caller) if viewer.may_see(s)]
            views = [s.view for s in found if carrier is None or s.view["carrier"] == carrier]
            keys = [view["shipment"] for view in views]
        if len(keys) == 1:
            return RedirectResponse(track_path(keys[0]), HTTPStatus.SEE_OTHER)
        entry: Entry = entry_of(written, keys, couriers())
        return _start(request, entry, views, may_look=viewer is not None)


def _start(request: Request, entry: Entry | None, found: list[Json], *, may_look: bool) -> Response:
    values: Json = {"entry": entry, "found": found, "may_look": may_look, "track_path": track_path}
    return page(request, "start.html", section=SECTION, **values)


def parcel_page(request: Request, story: Story, *, where: str, live: str, **values: Any) -> Response:
    """The page of a parcel at the address `where`, or the part of it that follows the stream at `live`."""
    is_part = "part" in request.query_params
    template = "_parcel.html" if is_part else "parcel.html"
    return page(request, template, section=SECTION, story=story, where=where, live=live, **values)


def track_path(key: str) -> str:
    """Where the page of a shipment is."""
    return f"/track/{quote(key, safe=':')}"


def _normal_key(key: str) -> str | None:
    carrier, number = number_of(key)
    return None if carrier is None or number is None else f"{carrier}:{number}"
