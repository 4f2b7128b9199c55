"""Lists of shipments over HTTP and a real PostgreSQL: filters, sorts, words, what is refused."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import psycopg
import pytest

from schemas.instants import instant_text
from services.cli.local.stack import Stack
from services.query import timing
from services.query.shipments import freshness, shortcut, store
from services.query.shipments.wanted import Sort
from tests.builders import day, hour, promise, registered, revised, scan
from tests.counted import counted
from tests.e2e.running import until
from tests.integration.query_stand import (
    LISTS,
    Projected,
    Served,
    fresh_database,
    item,
    key_for,
    order_of,
    served,
)

Json = dict[str, Any]

SHORTENED = (shortcut.add_to, *LISTS)


@pytest.fixture
def model(database: str) -> Iterator[Projected]:
    """An empty read model."""
    projected = Projected(database)
    yield projected
    projected.close()


@pytest.fixture
def api(model: Projected, tmp_path: Path) -> Iterator[Served]:
    """The read side over it."""
    with served(model.url, tmp_path, features=SHORTENED) as running:
        yield running


@pytest.fixture(scope="module", params=[LISTS, SHORTENED], ids=["by the routes", "by the shortcut"])
def full(
    request: pytest.FixtureRequest, stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The read side over the five stories, by either way to its answers."""
    with fresh_database(stack) as url:
        projected = Projected(url)
        projected.tell(*_stories())
        with served(url, tmp_path_factory.mktemp("query"), features=request.param) as running:
            yield running
        projected.close()


def test_what_was_just_committed_is_listed_at_once_newest_first(
    model: Projected, api: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the answer waits for the index: here for as long as a busy machine takes
    monkeypatch.setattr(freshness, "_TO_CATCH_UP", timedelta(seconds=20))
    for n in range(20):
        model.tell(scan("picked_up", at=hour(n), number=f"N{n}"))

        assert api.shipments() == [f"acme:N{m}" for m in range(n, -1, -1)]


def test_an_item_is_the_shipment_as_it_is_read_by_its_key(model: Projected, api: Served) -> None:
    model.tell(order_of("m", "O-1"), scan("picked_up", at=hour(1)))

    (listed,) = api.get("/v1/shipments")["items"]
    single = api.get("/v1/shipments/acme:P1")

    assert listed == {name: value for name, value in single.items() if name != "timeline"}


def _stories() -> list[Json]:
    """Five shipments that differ in everything lists ask for."""
    return [
        order_of(
            "m",
            "O-1",
            customer_id="C-1",
            items=[item("Blue Teapot, large", "TP-77")],
            origin={"country": "kz"},
            destination={"country": "DE"},
            promise=promise("2026-03-05", zone="UTC"),
            told={"number": "A1", "carrier": "ups", "at": hour(1)},
        ),
        scan("picked_up", at=hour(10), number="A1", carrier="ups"),
        scan("delivered", at=day(5), number="A1", carrier="ups"),
        order_of(
            "m",
            "O-2",
            customer_id="C-1",
            items=[item("Чайник зелёный"), item("Teaspoon")],
            origin={"country": "KZ"},
            destination={"country": "KZ"},
            promise=promise("2026-03-04T12:00:00Z"),
            told={"number": "A2", "carrier": "dhl", "at": hour(2)},
        ),
        scan("in_transit", at=day(1), number="A2", carrier="dhl"),
        revised("2026-03-07T12:00:00Z", kind="carrier_estimate", at=day(2), number="A2", carrier="dhl"),
        order_of("m", "O-3", told={"number": "A3", "carrier": "dhl", "at": hour(3)}),
        scan("picked_up", at=hour(20), number="A3", carrier="dhl"),
        scan("in_transit", reason="customs_hold", party="customs", at=day(3), number="A3", carrier="dhl"),
        order_of("n", "O-1", told={"number": "A4", "carrier": "gls", "at": hour(4)}),
        scan("picked_up", at=day(4), number="A5", carrier="gls"),
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "A1 A5 A3 A2 A4"),
        ({"sort": "last_at"}, "A4 A2 A3 A5 A1"),
        ({"sort": "registered"}, "A1 A2 A3 A4 A5"),
        ({"sort": "-registered"}, "A4 A3 A2 A1 A5"),
        ({"sort": "expected"}, "A2 A3 A4 A5 A1"),
        ({"sort": "-slip"}, "A2 A1 A3 A4 A5"),
        ({"milestone": "delivered"}, "A1"),
        ({"milestone": ["delivered", "in_transit"]}, "A1 A3 A2"),
        ({"status": "exception"}, "A3"),
        ({"condition": "customs_hold"}, "A3"),
        ({"condition": "delayed"}, "A2"),
        ({"reason": "customs_hold", "party": "customs"}, "A3"),
        ({"party": ["weather", "customs"]}, "A3"),
        ({"party": "weather"}, ""),
        ({"carrier": "dhl"}, "A3 A2"),
        ({"carrier": "dhl", "milestone": "in_transit", "order_id": "O-2"}, "A2"),
        ({"lane": "kz-de"}, "A1"),
        ({"lane": "KZ-"}, "A1 A2"),
        ({"lane": "-KZ"}, "A2"),
        ({"order_id": "O-1"}, "A1 A4"),
        ({"customer_id": "C-1"}, "A1 A2"),
        ({"merchant": "n"}, "A4"),
        ({"past": "true"}, "A1"),
        ({"past": "false"}, "A5 A3 A2 A4"),
        ({"late": "P1D"}, "A1 A2"),
        ({"stale": "P1D"}, "A5 A3 A2 A4"),
        ({"from": "2026-03-05"}, "A1 A5 A3"),
        ({"to": "2026-03-05"}, "A3 A2 A4"),
        ({"from": "2026-03-05T00:00:00+00:00", "to": "2026-03-06T00:00:00Z"}, "A5 A3"),
        ({"date": "registered", "to": "2026-03-02T02:00:00Z", "sort": "registered"}, "A1 A2"),
        ({"date": "delivered", "from": "2026-03-01"}, "A1"),
        ({"date": "promised", "from": "2026-03-05"}, "A1"),
        ({"q": "a 1"}, "A1"),
        ({"q": "a-1."}, "A1"),
        ({"q": "O-1"}, "A1 A4"),
        ({"q": "C-1"}, "A1 A2"),
        ({"q": "teapot BLUE"}, "A1"),
        ({"q": "TP-77"}, "A1"),
        ({"q": "ЗЕЛЁНЫЙ чайник"}, "A2"),
        ({"q": "tea"}, ""),
        ({"q": "   "}, "A1 A5 A3 A2 A4"),
    ],
)
def test_a_list_holds_what_was_asked_in_the_order_that_was_asked(
    full: Served, asked: Json, found: str
) -> None:
    keys = full.shipments(**asked)

    assert [key.partition(":")[2] for key in keys] == found.split()


@pytest.mark.parametrize("sort", [str(sort) for sort in Sort])
def test_pages_of_one_make_the_whole_list_whatever_the_sort(full: Served, sort: str) -> None:
    whole = full.shipments(sort=sort)

    assert [key for page in full.walk(sort=sort, limit=1) for key in page] == whole
    assert len(whole) == 5


def test_a_list_tells_how_many_there_are_when_it_is_asked_to(full: Served) -> None:
    page = full.get("/v1/shipments", carrier="dhl", limit=1, count="true")

    assert (page["total"], len(page["items"])) == (2, 1)
    assert "total" not in full.get("/v1/shipments")


@pytest.mark.parametrize(
    "asked",
    [
        {"colour": "red"},
        {"milestone": "nowhere"},
        {"condition": "sad"},
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "9" * 400},
        {"sort": "size"},
        {"cursor": "nonsense"},
        {"cursor": "ÄÖ"},
        {"cursor": ""},
        {"from": "2026-02-30"},
        {"from": "2026-03-02T00:00:00"},
        {"from": "0001-01-01T00:00:00+14:00"},
        {"to": "9999-12-31"},
        {"late": "P"},
        {"late": "soon"},
        {"late": "P99999999999999999999D"},
        {"stale": "-P1D"},
        {"q": "a\x00b"},
        {"order_id": "\x00"},
        {"carrier": "\x00"},
        {"lane": "Kazakhstan-Germany"},
        {"past": "perhaps"},
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(full: Served, asked: Json) -> None:
    answer = full.client.get("/v1/shipments", params=asked)

    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert next(iter(asked)) in answer.json()["detail"]


def test_a_cursor_is_good_for_its_own_list_and_caller_alone(full: Served) -> None:
    cursor = full.get("/v1/shipments", limit=2)["next"]
    spoilt = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")

    statuses = [
        full.client.get("/v1/shipments", params=asked).status_code
        for asked in (
            {"cursor": cursor, "limit": 3},
            {"cursor": cursor, "carrier": "dhl"},
            {"cursor": cursor, "sort": "last_at"},
            {"cursor": cursor, "merchant": "m"},
            {"cursor": spoilt},
        )
    ]

    assert statuses == [200, 400, 400, 400, 400]


def test_a_text_too_long_for_an_index_is_found_whole_and_only_whole(model: Projected, api: Served) -> None:
    long = "O" * 4000
    model.tell(
        order_of("m" * 4000, long + "1", customer_id="c" * 4000, told={"number": "L1"}),
        order_of("m" * 4000, long + "2", items=[item("w" * 4000)], told={"number": "L2"}),
        scan("in_transit", reason="r" * 4000, at=hour(5), number="L1"),
    )

    assert api.shipments(order_id=long + "1") == ["acme:L1"]
    assert api.shipments(order_id=long) == []
    assert sorted(api.shipments(merchant="m" * 4000)) == ["acme:L1", "acme:L2"]
    assert api.get(f"/v1/orders/{long}2")["parcels"][0]["shipment"] == "acme:L2"


def test_an_index_that_does_not_follow_is_waited_for_and_then_owned_up_to(
    model: Projected, api: Served
) -> None:
    model.tell(scan("picked_up", at=hour(1), number="N1"))
    assert api.shipments() == ["acme:N1"]
    with psycopg.connect(model.url) as blocker:
        blocker.execute("LOCK TABLE search_1.shipments IN SHARE MODE")
        model.tell(scan("in_transit", at=hour(2), number="N1"), scan("picked_up", at=hour(3), number="N2"))

        answer = api.client.get("/v1/shipments")

    (only,) = answer.json()["items"]
    assert answer.headers["shiplog-index"] == "behind"
    assert (only["shipment"], only["milestone"]) == ("acme:N1", "in_transit")
    # a busy machine may need longer than a list waits
    until(lambda: api.shipments() == ["acme:N2", "acme:N1"], within=20, what="the index follows again")


def test_a_shipment_that_did_not_change_is_not_sent_again(model: Projected, api: Served) -> None:
    model.tell(scan("picked_up", at=hour(1)))
    first = api.client.get("/v1/shipments/acme:P1")

    again = api.client.get("/v1/shipments/acme:P1", headers={"If-None-Match": first.headers["etag"]})
    model.tell(scan("in_transit", at=hour(2)))
    changed = api.client.get("/v1/shipments/acme:P1", headers={"If-None-Match": first.headers["etag"]})

    assert (first.headers["cache-control"], first.headers["vary"]) == (
        "private, no-cache",
        "Authorization, X-API-Key",
    )
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (changed.status_code, changed.json()["milestone"]) == (200, "in_transit")


@pytest.mark.parametrize("key", ["acme:NOBODY", "%00", "%ED%A0%80", "x" * 3000, "a%2Fb"])
def test_a_key_that_nothing_is_known_of_is_404(full: Served, key: str) -> None:
    answer = full.client.get(f"/v1/shipments/{key}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_older_use_of_a_number_is_read_by_its_number(model: Projected, api: Served) -> None:
    model.tell(
        order_of("m", "O-1"),
        scan("picked_up", at=hour(1)),
        scan("delivered", at=day(2)),
        order_of("m", "O-2", told={"at": day(10)}),
        scan("picked_up", at=day(11)),
    )

    first, second = api.get("/v1/shipments/acme:P1", use=1), api.get("/v1/shipments/acme:P1", use=2)

    assert (first["use_no"], first["order_id"], first["milestone"]) == (1, "O-1", "delivered")
    assert [entry["type"] for entry in first["timeline"]] == [
        "ShipmentRegistered",
        "ScanRecorded",
        "ScanRecorded",
    ]
    now = api.get("/v1/shipments/acme:P1")
    assert {k: v for k, v in second.items() if k != "timeline"} == {
        k: v for k, v in now.items() if k != "timeline"
    }
    assert api.client.get("/v1/shipments/acme:P1", params={"use": 3}).status_code == 404
    assert api.client.get("/v1/shipments/acme:P1", params={"use": 0}).status_code == 400


def test_of_copies_of_a_scan_the_one_that_counts_is_told_once(model: Projected, api: Served) -> None:
    first = scan("in_transit", at=hour(1), code="X", recorded_at=hour(2))
    mended = first | {"mapping_version": 2, "data": {"milestone": "delivered"}}
    model.tell(first, mended | {"recorded_at": instant_text(hour(9))})

    (entry,) = api.get("/v1/shipments/acme:P1")["timeline"]

    assert (entry["mapping_version"], entry["data"]["milestone"]) == (2, "delivered")
    assert entry["recorded_at"] == instant_text(hour(2))


def test_a_number_with_a_slash_is_a_shipment_like_any_other(model: Projected, api: Served) -> None:
    model.tell(registered("O-7", number="A/B%2FWHY"))

    single = api.client.get("/v1/shipments/acme:A%2FB%252FWHY")

    assert single.status_code == 200
    assert single.json()["shipment"] == "acme:A/B%2FWHY"
    assert api.client.get("/v1/shipments/acme:A%2FNOTHING").status_code == 404


@pytest.mark.parametrize("most_hits", [3, 20_000])
def test_a_search_walks_back_through_all_weeks_whatever_it_finds_first(
    model: Projected, api: Served, most_hits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_HITS", most_hits)
    told: list[Json] = []
    for n in range(24):
        # some on one day, then weeks without any; and two that were never scanned
        when = day(7 * (n // 4) + (n % 2))
        number = f"N{n:02}"
        told.append(order_of("m", f"O-{n}", items=[item("Red lamp")], told={"number": number, "at": hour(0)}))
        if n >= 2:
            told.append(scan("picked_up", at=when, number=number))
    told.append(order_of("m", "O-x", items=[item("Blue lamp")], told={"number": "X", "at": hour(0)}))
    model.tell(*told)
    listed = [key for key in api.shipments(limit=200) if key != "acme:X"]

    for limit in (1, 2, 5, 23, 200):
        assert [key for page in api.walk(q="red", limit=limit) for key in page] == listed
    assert [key for page in api.walk(q="red", sort="last_at", limit=5) for key in page] == api.shipments(
        q="red", sort="last_at", limit=200
    )
    assert api.shipments(q="blue") == ["acme:X"]
    assert len(listed) == 24


def test_the_shortcut_answers_as_the_routes_do(model: Projected, tmp_path: Path) -> None:
    model.tell(*_stories())
    asked = [
        *("/v1/shipments/ups:A1", "/v1/shipments/ups:A1?use=1", "/v1/shipments/ups%3AA1", "/v1/shipments/A1"),
        *("/v1/shipments/ups:NONE", "/v1/shipments/ups:%00", "/v1/shipments/ups:A1/", "/v1/shipments/"),
        *("/v1/shipments", "/v1/shipments?limit=2", "/v1/shipments?limit=x", "/v1/shipments?carrier=dhl"),
        *(
            "/v1/shipments?cursor=no",
            "/v1/shipments?q=%00",
            "/v1/shipments?nonsense=1",
            "/v1/shipments?q=tea",
        ),
    ]
    with (
        served(model.url, tmp_path / "a", keys=True) as plain,
        served(model.url, tmp_path / "b", keys=True, features=SHORTENED) as short,
    ):
        given = [key_for(model.url, None), key_for(model.url, "n"), {}, {"x-api-key": "wrong"}]
        for headers in given:
            for address in asked:
                for method in ("GET", "HEAD", "POST"):
                    one, other = (
                        side.client.request(method, address, headers=headers) for side in (plain, short)
                    )
                    assert _told(one) == _told(other), (method, address, headers)
        tag = plain.client.get(asked[0], headers=given[0]).headers["etag"]
        again = [
            side.client.get(asked[0], headers=given[0] | {"if-none-match": tag}) for side in (plain, short)
        ]

    assert [answer.status_code for answer in again] == [304, 304]


def _told(answer: httpx.Response) -> tuple[int, Json, Json]:
    """Status, members and headers, but for what differs each time: the date, and the cursor's seal."""
    members: Json = orjson.loads(answer.content or b"{}")
    if members.get("next") is not None:
        members["next"] = "behind"
    told = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, members, told


def test_readers_waiting_is_measured_by_route_whichever_way_answers(model: Projected, tmp_path: Path) -> None:
    model.tell(scan("picked_up", at=hour(1), number="P1"))
    asked = {
        "/v1/shipments": ("/v1/shipments", "2xx"),
        "/v1/shipments?limit=x": ("/v1/shipments", "4xx"),
        "/v1/shipments/acme:P1": ("/v1/shipments/{key:path}", "2xx"),
        "/v1/shipments/acme:NONE": ("/v1/shipments/{key:path}", "4xx"),
        "/v1/orders/none": ("/v1/orders/{order_id:path}", "4xx"),
        "/nowhere/acme:P1": ("none", "4xx"),
    }
    for features in (LISTS, SHORTENED):
        with served(model.url, tmp_path, features=(*features, timing.add_to)) as api:
            for address, (route, status) in asked.items():
                before = _measured(route, status)
                api.client.get(address)
                assert _measured(route, status) == before + 1, address


def _measured(route: str, status: str) -> float:
    return counted("request_seconds_count", route=route, status=status)
