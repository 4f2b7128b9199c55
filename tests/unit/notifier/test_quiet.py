"""The client libraries' log lines, once in a while each."""

import logging

from services.notifier.quiet import EVERY_S, Seldom


def line(logger: str, message: str, *, at: float) -> logging.LogRecord:
    record = logging.LogRecord(logger, logging.ERROR, "", 0, message, (at,), None)
    record.created = at
    return record


def test_a_library_repeats_itself_once_in_a_while_only() -> None:
    seldom = Seldom()

    passed = [seldom.filter(line("aiokafka.conn", "away %s", at=at)) for at in (0, 1, EVERY_S - 1, EVERY_S)]

    assert passed == [True, False, False, True]


def test_another_message_and_our_own_lines_are_never_held_back() -> None:
    seldom = Seldom()

    passed = [
        seldom.filter(line("aiokafka", "away %s", at=0)),
        seldom.filter(line("aiokafka", "back %s", at=0)),
        seldom.filter(line("services.notifier.lane", "alerts_delayed", at=0)),
        seldom.filter(line("services.notifier.lane", "alerts_delayed", at=0)),
    ]

    assert passed == [True, True, True, True]
