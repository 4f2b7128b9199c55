"""CSV cells, and quantiles read off a histogram's buckets."""

import csv
import io
import math

import orjson
import pytest

from services.cli.demo.measures import counted, quantile
from services.query.exports.forms import CsvPen

BUCKETS = [
    ("latency_bucket", 'le="0.1"', 90.0),
    ("latency_bucket", 'le="1.0"', 99.0),
    ("latency_bucket", 'le="+Inf"', 100.0),
    ("latency_count", "", 100.0),
]


def test_nested_values_are_json_null_is_nothing_and_commas_and_quotes_survive() -> None:
    row = {"a": 'one, "two"\nthree', "b": {"x": [1, None]}, "c": None, "d": True, "left_out": 1}

    written = CsvPen(("a", "b", "c", "d")).rows([orjson.dumps(row)]).decode()

    assert list(csv.reader(io.StringIO(written, newline=""))) == [
        ["a", "b", "c", "d"],
        ['one, "two"\nthree', '{"x":[1,null]}', "", "true"],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+7 700", "-5", "@SUM(A1)", "\tx", "\rx"])
def test_a_text_that_a_spreadsheet_would_take_for_a_formula_begins_with_an_apostrophe(text: str) -> None:
    rows = [orjson.dumps({"a": text, "b": -5, "c": ["=1"]})]

    written = CsvPen(("a", "b", "c"), heading=False).rows(rows).decode()

    assert list(csv.reader(io.StringIO(written, newline=""))) == [[f"'{text}", "-5", '["=1"]']]


def test_a_table_without_rows_has_its_heading_and_the_rest_of_a_resumed_one_none() -> None:
    assert CsvPen(("a", "b")).end() == b"a,b\n"
    assert CsvPen(("a", "b"), heading=False).end() == b""


@pytest.mark.parametrize(("share", "bound"), [(0.5, 0.1), (0.9, 0.1), (0.95, 1.0), (1.0, math.inf)])
def test_a_quantile_is_the_least_bound_that_holds_so_many(share: float, bound: float) -> None:
    assert quantile(BUCKETS, "latency", share) == bound


def test_nothing_observed_has_no_quantile() -> None:
    assert quantile([("latency_bucket", 'le="+Inf"', 0.0)], "latency", 0.5) is None
    assert quantile(BUCKETS, "other", 0.5) is None


def test_buckets_of_several_labels_are_added_up() -> None:
    samples = [
        ("latency_bucket", 'carrier="a",le="0.1"', 0.0),
        ("latency_bucket", 'carrier="a",le="+Inf"', 1.0),
        ("latency_bucket", 'carrier="b",le="0.1"', 3.0),
        ("latency_bucket", 'carrier="b",le="+Inf"', 3.0),
    ]

    assert quantile(samples, "latency", 0.75) == 0.1


def test_a_counter_is_summed_over_its_labels() -> None:
    assert counted([("seen_total", 'kind="a"', 2.0), ("seen_total", 'kind="b"', 3.0)], "seen_total") == 5.0
