"""What the projector keeps in memory, and when it lets go."""

import pytest

from services.domain.announce import NOTHING_SAID
from services.domain.shipment import unseen
from services.projector.lane import BAD_LIMIT, BAD_WINDOW, BadWindow
from services.projector.rows import copy_line, escaped, escaped_bytes, signed, unsigned
from services.projector.states import State, States


def state(key: str, *, batch: int = 0) -> State:
    """A state last touched by a batch."""
    return State(shipment=unseen(key), said=NOTHING_SAID, view=None, view_json=b"", hash=0, batch=batch)


def test_what_was_not_used_lately_is_let_go() -> None:
    states = States(limit=4)
    for n in range(3):
        states.put(f"a:{n}", state(f"a:{n}"))
    states.trim(committed=9)
    for n in range(3, 6):
        states.put(f"a:{n}", state(f"a:{n}"))
    used = states.get("a:1")
    states.trim(committed=9)

    assert used is not None
    assert states.get("a:0") is None
    assert states.get("a:1") is used
    assert states.get("a:5") is not None


def test_a_state_of_an_uncommitted_batch_is_never_let_go() -> None:
    states = States(limit=2)
    states.put("a:pinned", state("a:pinned", batch=7))
    for n in range(20):
        states.put(f"a:{n}", state(f"a:{n}", batch=3))
        states.trim(committed=6)

    assert states.get("a:pinned") is not None
    assert states.get("a:0") is None


def test_a_cache_that_let_something_go_is_no_longer_complete() -> None:
    states = States(limit=2)
    states.complete = True
    for n in range(2):
        states.put(f"a:{n}", state(f"a:{n}"))
    states.trim(committed=9)
    still = states.complete
    for n in range(2, 5):
        states.put(f"a:{n}", state(f"a:{n}"))
    states.trim(committed=9)

    assert still
    assert not states.complete


def test_five_hundred_bad_records_of_ten_thousand_are_borne_and_one_more_is_not() -> None:
    window = BadWindow()
    for offset in range(BAD_LIMIT):
        assert not window.would_exceed(offset)
        window.add(offset)

    assert window.would_exceed(BAD_LIMIT)
    assert window.would_exceed(BAD_WINDOW - 1)
    assert not window.would_exceed(BAD_WINDOW)


def test_text_for_copy_hides_what_copy_reads_as_its_own() -> None:
    assert escaped("a\\b\tc\nd\re") == "a\\\\b\\tc\\nd\\re"
    row = ("k", 1, 2, "c", None, "s", 1, 1, None, None, "{}", None, None, -5)
    assert copy_line(row) == "k\t1\t2\tc\t\\N\ts\t1\t1\t\\N\t\\N\t{}\t\\N\t\\N\t-5\n"


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        (b"plain", b"plain"),
        (b"a\\b", b"a\\\\b"),
        (b"tab\t", b"tab\\t"),
        (b"line\n", b"line\\n"),
        (b"return\r", b"return\\r"),
        (b"a\\b\tc\nd\re", b"a\\\\b\\tc\\nd\\re"),
    ],
)
def test_bytes_for_copy_hide_the_same(text: bytes, copied: bytes) -> None:
    assert escaped_bytes(text) == copied
    assert escaped(text.decode()) == copied.decode()


def test_sums_survive_the_way_through_a_signed_column() -> None:
    for value in (0, 1, 2**63 - 1, 2**63, 2**64 - 1):
        assert unsigned(signed(value)) == value
    assert signed(2**64 - 1) == -1
    assert signed(2**64) == 0
