"""Timeline rows out of the COPY text that they were written as."""

from hypothesis import given
from hypothesis import strategies as st

from services.projector.rows import NULL, escaped, escaped_bytes, timeline_rows

TEXTS = st.text(alphabet='\\\t\n\rntrN{"é', max_size=12)


@given(TEXTS, TEXTS, st.none() | TEXTS.filter(bool))
def test_a_row_is_read_as_it_was_whatever_its_texts_hold(
    shipment: str, event: str, change: str | None
) -> None:
    head = f"3\t{17}\t{escaped(shipment)}\tid\tScanRecorded\t1\t99\t2026-03-01T00:00:00.000Z\t"
    tail = f"\t{NULL}\t{NULL}\n" if change is None else f"\t5\t{escaped(change)}\n"
    line = head.encode() + escaped_bytes(event.encode()) + tail.encode()

    row = (17, shipment, "id", "ScanRecorded", "1", "99", "2026-03-01T00:00:00.000Z", event)
    rest = (None, None) if change is None else (5, change)
    assert timeline_rows(line + line) == [(*row, *rest)] * 2


def test_no_text_is_no_rows() -> None:
    assert timeline_rows(b"") == []
