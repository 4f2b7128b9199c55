"""The catalogue of metrics keeps its own rules."""

import re

import pytest

from services.runtime import metrics
from services.runtime.metrics import MetricRow

ROWS = metrics.catalogue()
by_name = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


@by_name
def test_every_metric_has_one_sentence(row: MetricRow) -> None:
    assert re.fullmatch(r"[A-Z1][^.]*(\.[a-z][^.]*)?\.", row.sentence)


@by_name
def test_a_name_tells_prefix_and_kind(row: MetricRow) -> None:
    assert row.name.startswith("shiplog_")
    assert row.name.endswith("_total") == (row.kind == "counter")


@by_name
def test_no_label_is_without_bound(row: MetricRow) -> None:
    assert set(row.labels).isdisjoint({"shipment", "tracking_number", "event_id", "customer_id", "path"})


def test_names_are_unique() -> None:
    names = [row.name for row in ROWS]

    assert len(set(names)) == len(names)


def test_what_operations_need_is_there() -> None:
    names = {row.name for row in ROWS}

    assert names >= {
        "shiplog_received_total",
        "shiplog_logged_total",
        "shiplog_visible_total",
        "shiplog_alerted_total",
        "shiplog_logged_latency_seconds",
        "shiplog_visible_latency_seconds",
        "shiplog_alerted_latency_seconds",
        "shiplog_lag_records",
        "shiplog_lag_seconds",
        "shiplog_rejected_total",
        "shiplog_unknown_codes_total",
        "shiplog_refused_stale_writes_total",
        "shiplog_spool_depth_records",
        "shiplog_watchdog_backlog",
        "shiplog_progress_timestamp_seconds",
        "shiplog_heartbeat_timestamp_seconds",
        "shiplog_signature_failures_total",
        "shiplog_unknown_carriers_total",
        "shiplog_sequence_gaps_total",
        "shiplog_carrier_silent",
        "shiplog_paused_partitions",
        "shiplog_publisher_position_lag_records",
    }


def test_the_catalogue_and_the_endpoint_tell_the_same() -> None:
    _, text = metrics.exposition()

    shown = set(re.findall(r"^# HELP (shiplog_\S+) ", text.decode(), re.MULTILINE))
    assert shown == {row.name for row in ROWS}
