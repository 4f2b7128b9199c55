"""Words as they are searched: the same cut for what is kept and for what is asked, whatever the locale."""

import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

NUMBER: Final = "#n "
ORDER: Final = "#o "
CUSTOMER: Final = "#c "
"""In front of what is only found whole. No word holds a space or a `#`."""
WEEK: Final = "#w "
"""In front of the week of the last scan, from 1970: what many have is looked for in the last weeks first."""
_WEEK_MS: Final = 7 * 86_400_000

_WORD: Final = re.compile(r"\w+")
_PRINTED_ONLY: Final = str.maketrans("", "", " .-\u00a0\u2009\u202f")
_LONGEST: Final = 64
_LONGEST_KEY: Final = 256
_MOST: Final = 500


def words_of(texts: Iterable[str]) -> list[str]:
    """The words in the texts: case, width and ligatures do not count; sorted, each once."""
    found = {
        word[:_LONGEST]
        for text in texts
        for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    }
    return sorted(found)[:_MOST]


def number_as_keyed(text: str) -> str:
    """A tracking number as it stands in shipment keys, however it was printed."""
    return text.translate(_PRINTED_ONLY).upper()


def keyed(text: str) -> str:
    """A text as it stands in indexed columns: a very long one by its hash, for there is little room."""
    if len(text) <= _LONGEST_KEY:
        return text
    return f"{text[:_LONGEST]}#{sha256(text.encode()).hexdigest()}"


def week_of(ms: int) -> str:
    """The term of the week of an instant in milliseconds UTC."""
    return f"{WEEK}{ms // _WEEK_MS}"


def whole(kind: str, text: str) -> str:
    """The term that finds `text` only as a whole."""
    return keyed(kind + text.strip())
