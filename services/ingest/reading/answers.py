"""Answers that do not name their parcel: they go with the number that was asked for, as [number, answer]."""

from collections.abc import Iterator
from typing import Any, Final

from services.ingest.reading.json_tree import read_json, word

UNNAMED: Final = "UNNAMED"
"""Stands for the number of an answer that comes alone and names no parcel."""
NOT_NAMED: Final = f"the answer names no parcel: it is told as {UNNAMED}, send [[number, answer], ...]"


def numbered(told: Any) -> Iterator[tuple[str | None, Any]]:
    """(number asked for or None, answer) of one answer, of a list of them, or of pairs [number, answer].

    An answer in a pair may be the text that the carrier sent; raises InvalidPayload where that is no JSON.
    """
    for each in told if isinstance(told, list) else [told]:
        if isinstance(each, list) and len(each) == 2:
            number, answer = each
            yield word(number), read_json(answer.encode()) if isinstance(answer, str) else answer
        else:
            yield None, each
