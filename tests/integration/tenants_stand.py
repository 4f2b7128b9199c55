"""Two merchants on one Shiplog that asks for keys: what is theirs, and every route that anybody may try."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from psycopg.errors import Error as DatabaseError

from services.runtime.http_auth import Role
from services.runtime.keys import give_out, revoke
from services.runtime.postgres import connect
from tests.e2e.running import Place, Up, running, until
from tests.integration.live_stand import post, registered, scanned

HOUSE_KEY = "the-house-has-one"
MERCHANTS = ("north", "south")
ORDER = "O-SAME"
"""The number of an order of each of them."""


@dataclass(frozen=True, slots=True)
class KeyedPlace(Place):
    """A place whose services ask for keys."""

    @property
    def env(self) -> dict[str, str]:
        """The environment its commands and services run with."""
        # an explicit class: zero-argument super() does not survive slots=True
        return Place.env.__get__(self) | {"SHIPLOG_API_KEY": HOUSE_KEY}


def mark(merchant: str) -> str:
    """What stands in everything that is this merchant's alone."""
    return f"SECRET-OF-{merchant.upper()}"


def number_of(merchant: str) -> str:
    """The merchant's own shipment."""
    return f"OWN{merchant.upper()}"


@dataclass(slots=True)
class Shop:
    """The running Shiplog, and the keys that were given out."""

    up: Up
    keys: Mapping[tuple[str, Role], str]
    revoked: str
    links: dict[str, dict[str, Any]] = field(default_factory=dict)

    def base(self, path: str, method: str) -> str:
        """The service that has the route."""
        return self.up.ingest if (method, path) in INGEST else str(self.up.ready["query"])


@contextmanager
def running_shop(place: KeyedPlace) -> Iterator[Shop]:
    """A Shiplog with a shipment of each merchant, and one number that both have registered."""
    with running(place, clock="wall") as up:
        with connect(place.database_url, name="test", autocommit=True) as conn:
            keys = {
                (merchant, role): give_out(conn, name=merchant, role=role, merchant=merchant).secret
                for merchant in MERCHANTS
                for role in Role
            }
            gone = give_out(conn, name="gone", role=Role.OPERATOR, merchant="north")
            revoke(conn, gone.key_id)
        house = {"x-api-key": HOUSE_KEY}
        for merchant in MERCHANTS:
            theirs: dict[str, Any] = {"merchant": merchant, "customer_id": f"C-{mark(merchant)}"}
            theirs |= {"items": [{"sku": "1", "name": f"kettle {mark(merchant)}"}], "order_id": ORDER}
            post(
                up,
                registered(number_of(merchant), **theirs),
                registered("BOTH", **theirs),
                scanned(number_of(merchant), 1, "out_for_delivery"),
                headers=house,
            )
        post(up, scanned("BOTH", 1, "delivered"), headers=house)
        url = f"{up.ready['query']}/v1"
        until(lambda: _count(f"{url}/shipments", house) == 3, within=60, what="all is indexed")
        until(lambda: _count(f"{url}/alerts", house) >= 3, within=60, what="alerts are there")
        shop = Shop(up, keys, gone.secret)
        for merchant in MERCHANTS:
            made = httpx.post(
                f"{url}/shipments/acme:{number_of(merchant)}/links",
                json={"expires_in": 3600},
                headers={"x-api-key": keys[merchant, Role.WRITER]},
            )
            shop.links[merchant] = made.raise_for_status().json()
        yield shop


def _count(url: str, headers: dict[str, str]) -> int:
    try:
        answer = httpx.get(url, headers=headers, timeout=10)
    except (httpx.HTTPError, DatabaseError):
        return 0
    return len(answer.json()["items"]) if answer.status_code == 200 else 0


Ask = Callable[[Shop, str], tuple[str, dict[str, Any]]]
"""The address and the rest of a request that is about one merchant's things."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a route is for. `role` None: not for keys; `own`, `foreign`: statuses for one's own, another's."""

    ask: Ask
    role: Role | None = Role.READER
    own: tuple[int, ...] = (200,)
    foreign: tuple[int, ...] = (404,)


def _at(path: str, **rest: Any) -> Ask:
    """`{key}`, `{order}`, `{customer}`, `{link}`, `{token}` in the address are the merchant's."""

    def ask(shop: Shop, merchant: str) -> tuple[str, dict[str, Any]]:
        values = {
            "key": f"acme:{number_of(merchant)}",
            "order": ORDER,
            "merchant": merchant,
            "customer": f"C-{mark(merchant)}",
            "link": shop.links.get(merchant, {}).get("link_id", ""),
            "token": shop.links.get(merchant, {}).get("token", ""),
        }
        return path.format(**values), rest

    return ask


def _list(path: str) -> Route:
    """A list: another's things are not in it, whatever is asked."""
    return Route(_at(path), own=(200,), foreign=(200,))


def _command(name: str, body: dict[str, Any], role: Role = Role.WRITER) -> Route:
    rest = {"json": body, "headers": {"idempotency-key": f"key-{name}"}}
    return Route(_at(f"/v1/shipments/{{key}}/{name}", **rest), role, own=(202,))


def _events(shop: Shop, merchant: str) -> tuple[str, dict[str, Any]]:
    return "/v1/events", {"json": scanned(number_of(merchant), 2)}


def _register(shop: Shop, merchant: str) -> tuple[str, dict[str, Any]]:
    data = {"order_id": "O-NEW", "merchant": merchant}
    return "/v1/shipments", {"json": {"carrier": "acme", "tracking_number": "NEW1", "data": data}}


def _page(path: str, **rest: Any) -> Route:
    """A page for people: any status, nothing of another's."""
    return Route(_at(path, **rest), role=None)


NOWHERE = "0" * 8 + "-0000" * 3 + "-" + "0" * 12
INGEST: dict[tuple[str, str], Route] = {
    ("POST", "/v1/events"): Route(_events, Role.WRITER, own=(202,), foreign=(422,)),
    ("POST", "/v1/carriers/{carrier}/webhook"): Route(
        _at("/v1/carriers/easypost/webhook", json={}), role=None
    ),
    ("POST", "/v1/shipments"): Route(_register, Role.WRITER, own=(202,), foreign=(403,)),
    ("POST", "/v1/shipments/{key:path}/cancel"): _command("cancel", {}),
    ("POST", "/v1/shipments/{key:path}/retract"): _command("retract", {"retracts": NOWHERE}, Role.OPERATOR),
    ("POST", "/v1/shipments/{key:path}/address-change"): _command("address-change", {}),
    ("POST", "/v1/shipments/{key:path}/return"): _command("return", {}),
    ("POST", "/v1/shipments/{key:path}/case"): _command("case", {"kind": "lost"}),
    ("POST", "/v1/shipments/{key:path}/contact"): _command("contact", {}),
}
INGEST_READS = {("GET", "/v1/shipments/{key:path}"): Route(_at("/v1/shipments/{key}"))}
QUERY: dict[tuple[str, str], Route] = {
    ("GET", "/v1/shipments"): _list("/v1/shipments?merchant={merchant}&customer_id={customer}"),
    ("GET", "/v1/shipments/{key:path}"): Route(_at("/v1/shipments/{key}")),
    ("GET", "/v1/shipments/{key:path}/why"): Route(_at("/v1/shipments/{key}/why")),
    ("GET", "/v1/shipments/{key:path}/live"): Route(_at("/v1/shipments/{key}/live")),
    ("GET", "/v1/live"): _list("/v1/live?merchant={merchant}"),
    ("GET", "/v1/orders/{order_id:path}"): Route(
        _at("/v1/orders/{order}?merchant={merchant}"), own=(200,), foreign=(200, 404)
    ),
    ("GET", "/v1/exports/{what}"): _list("/v1/exports/timeline?customer_id={customer}"),
    ("GET", "/v1/alerts"): _list("/v1/alerts?merchant={merchant}"),
    ("GET", "/v1/stats"): _list("/v1/stats?merchant={merchant}"),
    ("POST", "/v1/shipments/{key:path}/links"): Route(
        _at("/v1/shipments/{key}/links", json={"expires_in": 60}), Role.WRITER, own=(201,)
    ),
    ("GET", "/v1/links"): Route(_at("/v1/links?shipment={key}"), Role.WRITER, foreign=(200, 404)),
    ("GET", "/v1/links/{link_id}"): Route(_at("/v1/links/{link}"), Role.WRITER),
    ("DELETE", "/v1/links/{link_id}"): Route(_at("/v1/links/{link}"), Role.WRITER, own=(204, 404)),
    ("POST", "/v1/sign-in-links"): Route(
        _at("/v1/sign-in-links", json={"customer_id": "C-1"}), Role.WRITER, own=(201,), foreign=(201,)
    ),
    ("GET", "/v1/sign-in-secret"): Route(_at("/v1/sign-in-secret"), Role.WRITER, own=(200,), foreign=(200,)),
}
PAGES: dict[tuple[str, str], Route] = {
    ("GET", "/static/{name}"): _page("/static/shiplog.css"),
    ("GET", "/"): _page("/?number={key}"),
    ("GET", "/track/{key:path}"): _page("/track/{key}"),
    ("GET", "/track-live/{key:path}"): _page("/track-live/{key}"),
    ("GET", "/t/{token}"): _page("/t/no-such-token"),
    ("GET", "/t/{token}/live"): _page("/t/no-such-token/live"),
    ("GET", "/sign-in"): _page("/sign-in?token=x"),
    ("POST", "/sign-out"): _page("/sign-out"),
    ("GET", "/orders"): _page("/orders?merchant={merchant}&customer={customer}"),
    ("GET", "/history/orders"): _page("/history/orders?merchant={merchant}&customer={customer}"),
    ("GET", "/live/orders"): _page("/live/orders?merchant={merchant}&customer={customer}"),
    ("GET", "/orders/{order_id:path}"): _page("/orders/{order}?merchant={merchant}&customer={customer}"),
    ("POST", "/orders/{order_id:path}"): _page("/orders/{order}", data={"action": "cancel"}),
    ("GET", "/board"): _page("/board?merchant={merchant}"),
    ("GET", "/board/alerts"): _page("/board/alerts?merchant={merchant}"),
    ("GET", "/board/live"): _page("/board/live?merchant={merchant}"),
    ("GET", "/board/list"): _page("/board/list?condition=any&merchant={merchant}"),
    ("GET", "/board/sign-in"): _page("/board/sign-in"),
    ("POST", "/board/sign-in"): _page("/board/sign-in", data={"key": "x"}),
}
OPEN = {("GET", path) for path in ("/healthz", "/readyz", "/metrics", "/openapi.json")}
"""For everybody, and about nobody's things."""
