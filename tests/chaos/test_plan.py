"""The schedule of a chaos run is a function of its seed, and leaves no kind of fault out."""

import pytest

from tests.chaos.harness.plan import BESIDE, BROKER, OWN, POSTGRES, Kind, plan


def test_the_same_seed_gives_the_same_schedule_and_another_seed_another_one() -> None:
    first = plan(seed=7, kills=200, longest=12)

    assert plan(seed=7, kills=200, longest=12) == first
    assert plan(seed=8, kills=200, longest=12) != first


@pytest.mark.parametrize("kills", [0, 1, 5, 18, 20, 200])
def test_every_kind_of_fault_stands_in_every_schedule(kills: int) -> None:
    rounds = plan(seed=1, kills=kills, longest=3)

    assert {each.beside.kind for each in rounds if each.beside} == set(BESIDE)
    assert set(BESIDE) == set(Kind) - {Kind.KILL}
    assert sum(each.kill is not None for each in rounds) == kills


def test_the_kills_are_dealt_out_over_all_processes() -> None:
    killed = [each.kill for each in plan(seed=3, kills=260, longest=3)]

    assert killed.count("watchdog") >= 15
    assert all(killed.count(name) >= 30 for name in OWN if name != "watchdog")
    assert killed.count(BROKER) == killed.count(POSTGRES) == 20


def test_what_is_killed_is_not_stopped_ended_or_skewed_at_the_same_time() -> None:
    rounds = plan(seed=5, kills=400, longest=12)

    clashes = [
        each
        for each in rounds
        if each.beside
        and each.beside.kind in (Kind.STOP, Kind.TERM, Kind.SKEW)
        and each.beside.target == each.kill
    ]

    assert clashes == []
