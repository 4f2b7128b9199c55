"""The converter of the Olist deliveries, on a row written by hand and on the real ones."""

from pathlib import Path
from typing import Any

from tests import olist

ROW: dict[str, Any] = {
    "order_id": "ab12",
    "customer_id": "c1",
    "status": "canceled",
    "purchase": "2017-12-10T10:56:00",
    "approved": "2017-12-10T11:07:00",
    "carrier": None,
    "delivered": None,
    "estimated": "2018-01-18T00:00:00",
    "truth": {"delivered": False, "late_date": False, "overdue_open_at_asof": False},
}


def test_a_cancelled_order_ends_at_its_last_known_time_and_times_stay_local() -> None:
    lines = olist.canonical_lines([ROW])

    promise = {"kind": "order_promised", "to": "2018-01-18", "zone": "America/Sao_Paulo"}
    order = {"order_id": "ab12", "customer_id": "c1", "promise": promise}
    fixed = {"carrier": "olist", "tracking_number": "ab12"}
    # summer time in December 2017: two hours behind UTC
    assert lines == [
        {
            "type": "ShipmentRegistered",
            **fixed,
            "occurred_at": "2017-12-10T10:56:00",
            "recorded_at": "2017-12-10T12:56:00.000Z",
            "data": order,
        },
        {
            "type": "ScanRecorded",
            **fixed,
            "occurred_at": "2017-12-10T11:07:00",
            "recorded_at": "2017-12-10T13:07:00.000Z",
            "data": {"milestone": "info_received"},
            "raw": {"code": "approved"},
        },
        {
            "type": "ShipmentCancelled",
            **fixed,
            "occurred_at": "2017-12-10T11:07:00",
            "recorded_at": "2017-12-10T13:07:00.000Z",
            "data": {},
        },
    ]


def test_an_order_that_was_delivered_is_not_cancelled_whatever_its_status() -> None:
    delivered = ROW | {"carrier": "2017-12-11T09:00:00", "delivered": "2017-12-20T09:00:00"}

    kinds = [line["type"] for line in olist.canonical_lines([delivered])]

    assert kinds == ["ShipmentRegistered", "ScanRecorded", "ScanRecorded", "ScanRecorded"]


def test_shuffling_keeps_the_lines_and_depends_on_the_seed_alone() -> None:
    lines = olist.canonical_lines([ROW | {"order_id": f"o{n}"} for n in range(20)])

    once, again, other = (olist.shuffled(lines, seed=seed) for seed in (1, 1, 2))

    assert once == again != other
    assert sorted(map(str, once)) == sorted(map(str, lines))


def test_the_real_rows_have_their_known_truth(shared_data: Path) -> None:
    rows = olist.read_rows(shared_data / "shared-deliveries-olist.jsonl.gz")
    lines = olist.canonical_lines(rows)

    assert olist.truth_of(rows) == olist.Truth(orders=4_894, delivered=4_763, late=350, overdue_open=74)
    assert len(lines) == 19_411
    assert sum(line["type"] == "ShipmentCancelled" for line in lines) == 57
    assert [line["recorded_at"] for line in lines] == sorted(line["recorded_at"] for line in lines)
