"""How the bench makes a rate of what it saw from outside; every ratio has a part that measures it."""

import pytest

from tests.bench.arena import slope
from tests.bench.parts import PARTS
from tests.bench.results import RATIOS, Results


def test_starting_up_is_nobodys_cost() -> None:
    seen = [(0.0, 0), (5.0, 100), (6.0, 600), (7.0, 1_100)]

    assert slope(seen, goal=1_100) == pytest.approx(500)


def test_who_was_done_at_first_sight_is_counted_from_the_word() -> None:
    seen = [(10.0, 0), (10.5, 1_000)]

    assert slope(seen, goal=1_000) == pytest.approx(2_000)


def test_a_last_stride_that_was_seen_late_does_not_slow_who_commits_in_strides() -> None:
    seen = [(0.0, 0), (1.0, 100), (2.0, 200), (3.0, 300), (4.0, 310)]

    assert slope(seen, goal=310) == pytest.approx(100)


def test_a_stride_before_half_of_the_way_counts_for_nothing() -> None:
    seen = [(0.0, 0), (1.0, 10), (1.1, 100), (9.0, 300)]

    assert slope(seen, goal=300) == pytest.approx(290 / 8)


def test_every_ratio_is_measured_by_exactly_one_part() -> None:
    measured = [ratio for part in PARTS.values() for ratio in part.ratios]

    assert sorted(measured) == sorted(RATIOS)


def test_a_ratio_of_what_broke_is_null_and_says_why() -> None:
    results = Results()
    results.add("projector", 10.0)
    results.broken["quix"] = "it fell over"

    results.compare("projector_vs_quix", "projector", "quix")

    written = results.json({})
    assert written["ratios"]["projector_vs_quix"] is None
    assert written["why_null"]["projector_vs_quix"] == "it fell over"
    assert written["why_null"]["rebuild_vs_live"] == "not run"


def test_a_ratio_is_that_of_the_medians() -> None:
    results = Results()
    for ours, rival in ((10.0, 2.0), (40.0, 4.0), (20.0, 5.0)):
        results.add("produce", ours)
        results.add("default_send", rival)

    results.compare("produce_vs_default", "produce", "default_send")

    assert results.json({})["ratios"]["produce_vs_default"] == 5.0
