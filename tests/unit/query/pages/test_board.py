"""The board: ages without overlap or gap, rows that add up, links that say what their lists read."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from services.query.index.entries import UNKNOWN_CODES, tags_of
from services.query.pages.board.ages import AGES, Age, age_named, age_of, edges
from services.query.pages.board.figures import CONDITIONS, OF_CARRIERS, carrier_lines, condition_lines
from services.query.pages.board.lists import board_link, chosen_of

NOW = datetime(2026, 3, 9, tzinfo=UTC)
ROWS = [
    ("damaged", "acme", 4, 2),
    ("damaged", "ups", 0, 1),
    ("stale", "acme", 0, 5),
    (UNKNOWN_CODES, "ups", None, 3),
]


def bucket(at: datetime) -> int:
    """What width_bucket says of a time: how many edges it has reached."""
    return sum(at >= edge for edge in edges(NOW))


@pytest.mark.parametrize("hours", [0, 1, 23, 24, 25, 71, 72, 167, 168, 335, 336, 5_000])
def test_every_age_is_in_the_one_list_that_its_column_counts(hours: int) -> None:
    at = NOW - timedelta(hours=hours)

    def lists(age: Age) -> bool:
        since, until = age.since(NOW), age.until(NOW)
        return (since is None or at >= since) and (until is None or at < until)

    assert [age for age in AGES if lists(age)] == [age_of(bucket(at))]


def test_an_age_is_found_by_its_code_and_nothing_else_is_one() -> None:
    assert [age_named(age.code) for age in AGES] == list(AGES)
    assert [age.code for age in AGES] == ["0-1", "1-3", "3-7", "7-14", "14-"]
    assert [age_named(code) for code in (None, "", "3", "0-3")] == [None] * 4


def test_conditions_stand_with_the_worst_first_and_their_ages_beside_them() -> None:
    lines = condition_lines(ROWS)

    assert [(line.name, line.total) for line in lines] == [("damaged", 3), ("stale", 5), (UNKNOWN_CODES, 3)]
    assert lines[0].cells == (2, 0, 0, 0, 1)
    assert sum(lines[2].cells) == 0


def test_carriers_stand_with_the_most_trouble_first() -> None:
    lines = carrier_lines(ROWS, [("acme", 4, 6), ("ups", 0, 2), ("ups", None, 9)])

    assert [(line.name, line.total) for line in lines] == [("ups", 11), ("acme", 6)]
    assert dict(zip(OF_CARRIERS, lines[0].cells, strict=True))["damaged"] == 1


def test_a_link_says_what_its_list_reads() -> None:
    link = board_link(
        condition="damaged", carrier="ups", age=AGES[1], late=3, current=True, q="7", cursor="next"
    )

    chosen = chosen_of(dict(parse_qsl(urlsplit(link).query)))

    assert (chosen.condition, chosen.carrier, chosen.age) == ("damaged", "ups", AGES[1])
    assert (chosen.late, chosen.current, chosen.q) == (3, True, "7")
    assert chosen.cursor == "next"
    assert chosen.wanted(NOW).late == timedelta(days=3)


def test_any_condition_is_every_one_that_the_board_knows() -> None:
    assert chosen_of({"condition": "any"}).wanted(NOW).condition == CONDITIONS


def test_codes_that_we_cannot_read_are_found_like_a_condition() -> None:
    assert tags_of([], unknown_codes=1) == ["c:unknown_codes"]
    assert tags_of([]) == []
