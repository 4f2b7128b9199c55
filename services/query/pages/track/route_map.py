"""The way of a parcel as a drawing: its scans' places on a plain projection, scaled into one frame."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.query.pages.track.telling import Step, place_text

Json = dict[str, Any]

WIDTH: Final = 480
HEIGHT: Final = 250
_MARGIN_X: Final = 56
_MARGIN_Y: Final = 46
_LEAST_SPAN: Final = 0.05
"""Degrees that fill the frame at the closest: a parcel that never leaves a town is a dot, not a maze."""
_POLE: Final = 90
_DATE_LINE: Final = 180
_LINE: Final = 18
_LETTER: Final = 8.2
_MOST_LETTERS: Final = 24


@dataclass(frozen=True, slots=True)
class Stop:
    """A place where the parcel was; `label` is left out where it would lie upon another one."""

    x: float
    y: float
    name: str
    label: str | None
    label_y: float
    anchor: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class RouteMap:
    """`way` are the points of a polyline; `names` the places in order, for those who do not see it."""

    stops: tuple[Stop, ...]
    way: str
    names: tuple[str, ...]


def route_map(steps: Sequence[Step]) -> RouteMap | None:
    """The drawing; None where no scan says exactly enough where it was made."""
    places = _places(step for step in steps if step.gone is None and step.type == "ScanRecorded")
    if not places:
        return None
    points = _projected([(lat, lon) for lat, lon, _ in places])
    names = [name for _, _, name in places]
    stops = _labelled(points, names)
    return RouteMap(tuple(stops), " ".join(f"{x:.1f},{y:.1f}" for x, y in points), tuple(names))


def _places(steps: Iterable[Step]) -> list[tuple[float, float, str]]:
    """Where it was, one after another; the same place twice in a row is one stop."""
    places: list[tuple[float, float, str]] = []
    for step in steps:
        location = step.data.get("location") or {}
        spot = _spot(location)
        if spot is not None and (not places or spot != places[-1][:2]):
            places.append((*spot, _name(location)))
    return places


def _spot(location: Json) -> tuple[float, float] | None:
    lat, lon = location.get("lat"), location.get("lon")
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None
    return (lat, lon) if abs(lat) <= _POLE and abs(lon) <= _DATE_LINE else None


def _name(location: Json) -> str:
    return str(location.get("city") or location.get("name") or place_text(location) or "?")


def _projected(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Plane coordinates in the frame: true along the middle latitude, the short way round the globe."""
    lons = [places[0][1]]
    for _, lon in places[1:]:
        lons.append(lons[-1] + (lon - lons[-1] + 180) % 360 - 180)
    lats = [lat for lat, _ in places]
    squeeze = max(math.cos(math.radians((min(lats) + max(lats)) / 2)), 0.1)
    xs = [lon * squeeze for lon in lons]
    width, height = max(xs) - min(xs), max(lats) - min(lats)
    scale = min(
        (WIDTH - 2 * _MARGIN_X) / max(width, _LEAST_SPAN), (HEIGHT - 2 * _MARGIN_Y) / max(height, _LEAST_SPAN)
    )
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(lats) + min(lats)) / 2
    return [
        (WIDTH / 2 + (x - middle_x) * scale, HEIGHT / 2 - (lat - middle_y) * scale)
        for x, lat in zip(xs, lats, strict=True)
    ]


def _labelled(points: Sequence[tuple[float, float]], names: Sequence[str]) -> list[Stop]:
    """Each place once, the newest and the first before the rest where labels would meet."""
    last = len(points) - 1
    order = sorted(range(len(points)), key=lambda index: (index != last, index != 0, index))
    taken: list[tuple[float, float, float, float]] = []
    stops: dict[int, Stop] = {}
    named: set[tuple[str, int, int]] = set()
    for index in order:
        (x, y), name = points[index], names[index]
        spot = (name, round(x), round(y))
        if spot in named:
            continue
        named.add(spot)
        stops[index] = _stop(x, y, name, taken, is_last=index == last)
    return [stops[index] for index in sorted(stops)]


def _stop(
    x: float, y: float, name: str, taken: list[tuple[float, float, float, float]], *, is_last: bool
) -> Stop:
    text = name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"
    half = len(text) * _LETTER / 2
    anchor, left = ("middle", x - half)
    if x - half < 4:
        anchor, left = "start", x
    elif x + half > WIDTH - 4:
        anchor, left = "end", x - 2 * half
    for label_y in (y - 14, y + 24):
        box = (left, label_y - _LINE + 4, left + 2 * half, label_y + 4)
        if not any(_meet(box, other) for other in taken):
            taken.append(box)
            return Stop(round(x, 1), round(y, 1), name, text, round(label_y, 1), anchor, is_last)
    return Stop(round(x, 1), round(y, 1), name, None, 0, anchor, is_last)


def _meet(box: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
