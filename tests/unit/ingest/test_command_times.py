"""When a command was first given, by Idempotency-Key."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.ingest.command_times import KEPT_FOR, CommandTimes, KeyReused

WEEK = KEPT_FOR // timedelta(milliseconds=1)


def test_the_first_time_is_kept_over_a_restart(tmp_path: Path) -> None:
    times = CommandTimes(tmp_path / "c.sqlite")
    assert times.first_given("k", digest="d", now_ms=10) == 10
    times.close()

    again = CommandTimes(tmp_path / "c.sqlite")

    assert again.first_given("k", digest="d", now_ms=20) == 10
    assert again.first_given("other", digest="d", now_ms=20) == 20


def test_another_request_under_the_same_key_is_refused(tmp_path: Path) -> None:
    times = CommandTimes(tmp_path / "c.sqlite")
    times.first_given("k", digest="d", now_ms=10)

    with pytest.raises(KeyReused):
        times.first_given("k", digest="e", now_ms=11)


def test_a_key_is_forgotten_after_its_time(tmp_path: Path) -> None:
    times = CommandTimes(tmp_path / "c.sqlite")
    times.first_given("k", digest="d", now_ms=10)

    assert times.first_given("k", digest="e", now_ms=11 + WEEK) == 11 + WEEK


def test_two_processes_agree(tmp_path: Path) -> None:
    one, two = CommandTimes(tmp_path / "c.sqlite"), CommandTimes(tmp_path / "c.sqlite")

    assert one.first_given("k", digest="d", now_ms=10) == two.first_given("k", digest="d", now_ms=20) == 10
