"""GS1 keys in one written form, whether a document has them as EPC URNs or as Digital Link URIs.

Sources: GS1 EPC Tag Data Standard 2.0, section 6 (EPC URIs and their keys); GS1 Digital Link URI
syntax 1.4 (application identifiers of keys and their qualifiers).
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote

_URN: Final = re.compile(r"urn:epc:(?:id|class|idpat|pat):([a-z]+):(.+)", re.DOTALL)
_URL: Final = re.compile(r"https?://[^/?#]+/([^?#]+)", re.IGNORECASE)
_LONGEST: Final = 2048
_DEEPEST: Final = 8


class Key(NamedTuple):
    """A key: the application identifier, its value, and the qualifiers behind it."""

    ai: str
    value: str
    qualifiers: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The path of its Digital Link URI."""
        return "/".join((self.ai, self.value, *self.qualifiers))

    @property
    def elements(self) -> str:
        """Its element string, as under the bar code, without brackets."""
        return "".join((self.ai, self.value, *self.qualifiers))


def key_of(text: str) -> Key | None:
    """The GS1 key that a URI names; None for any other text, and for a key that breaks its own rules."""
    # asked before it is remembered: thousands of a stranger's megabytes would be kept
    return _key_of(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _key_of(text: str) -> Key | None:
    if urn := _URN.fullmatch(text):
        return _from_urn(urn[1], urn[2])
    url = _URL.match(text)
    return _from_path([unquote(part) for part in url[1].rstrip("/").split("/")]) if url else None


def container_of(text: str) -> str | None:
    """The number of a freight container named by its EPC (`urn:epc:id:bic:`)."""
    urn = _URN.fullmatch(text)
    return urn[2] if urn and urn[1] == "bic" else None


def _from_urn(scheme: str, rest: str) -> Key | None:
    known = _SCHEMES.get(scheme)
    if known is None:
        return None
    # the last part is a serial number, in which dots may stand
    parts = rest.split(".", known.parts - 1)
    digits = all(part.isascii() and part.isdigit() for part in parts[: known.digits])
    return known.key([unquote(part) for part in parts]) if len(parts) == known.parts and digits else None


def _from_path(segments: list[str]) -> Key | None:
    # a key and its qualifiers end the path
    segments = segments[-_DEEPEST:]
    for at, ai in enumerate(segments):
        rest = segments[at + 1 :]
        if ai not in _LENGTHS or not rest or len(rest) % 2 == 0:
            continue
        value, pairs = rest[0], [(rest[n], rest[n + 1]) for n in range(1, len(rest), 2)]
        if all(qualifier in _QUALIFIERS.get(ai, ()) and each for qualifier, each in pairs):
            return _checked(Key(ai, value.zfill(14) if ai == "01" else value, tuple(rest[1:])))
    return None


def _checked(key: Key) -> Key | None:
    """The key, if its value is as long as such values are."""
    if not key.value.isprintable() or not key.value.isascii():
        return None
    length = _LENGTHS[key.ai]
    return key if not length or (len(key.value) == length and key.value.isdigit()) else None


def _check_digit(digits: str) -> str:
    weighted = sum(int(digit) * (1 if n % 2 else 3) for n, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


def _summed(prefix: str, reference: str, length: int) -> str | None:
    """Company prefix and reference, brought to `length` digits by their check digit."""
    digits = prefix + reference
    return digits + _check_digit(digits) if len(digits) == length - 1 else None


def _led(prefix: str, reference: str, length: int) -> str | None:
    """As `_summed`, where the first digit of the reference leads (indicator or extension digit)."""
    return _summed(reference[:1] + prefix, reference[1:], length)


def _serial(text: str, ai: str) -> tuple[str, ...]:
    """The qualifier `ai`; none for a pattern that leaves it open."""
    return () if text == "*" else (ai, text)


def _trade_item(ai: str) -> Callable[[list[str]], Key | None]:
    def key(parts: list[str]) -> Key | None:
        gtin = _led(parts[0], parts[1], 14)
        return None if gtin is None else Key("01", gtin, _serial(parts[2], ai))

    return key


def _numbered(ai: str, length: int, *, lead: str = "") -> Callable[[list[str]], Key | None]:
    """Keys of a type number with its check digit, and a serial number right behind it."""

    def key(parts: list[str]) -> Key | None:
        number = _summed(parts[0], parts[1], length)
        serial = "".join(parts[2:]).replace("*", "")
        return None if number is None else Key(ai, lead + number + serial)

    return key


def _place(parts: list[str]) -> Key | None:
    gln = _summed(parts[0], parts[1], 13)
    extension = () if parts[2] == "0" else ("254", parts[2])
    return None if gln is None else Key("414", gln, extension)


def _unit(parts: list[str]) -> Key | None:
    sscc = _led(parts[0], parts[1], 18)
    return None if sscc is None else Key("00", sscc)


def _bare(ai: str) -> Callable[[list[str]], Key | None]:
    return lambda parts: Key(ai, "".join(parts))


def _part(parts: list[str]) -> Key | None:
    return Key("8010", parts[0] + parts[1], _serial(parts[2], "8011"))


def _piece(parts: list[str]) -> Key | None:
    gtin = _led(parts[0], parts[1], 14)
    return None if gtin is None else Key("8006", gtin + parts[2] + parts[3], _serial(parts[4], "21"))


class _Scheme(NamedTuple):
    """How an EPC is taken apart: how many parts, how many of them digits, and the key they make."""

    parts: int
    digits: int
    key: Callable[[list[str]], Key | None]


_SCHEMES: Final[dict[str, _Scheme]] = {
    "sgtin": _Scheme(3, 2, _trade_item("21")),
    "lgtin": _Scheme(3, 2, _trade_item("10")),
    "upui": _Scheme(3, 2, _trade_item("235")),
    "itip": _Scheme(5, 2, _piece),
    "sscc": _Scheme(2, 2, _unit),
    "sgln": _Scheme(3, 2, _place),
    "pgln": _Scheme(2, 2, _numbered("417", 13)),
    "grai": _Scheme(3, 2, _numbered("8003", 13, lead="0")),
    "giai": _Scheme(2, 1, _bare("8004")),
    "gsrn": _Scheme(2, 2, _numbered("8018", 18)),
    "gsrnp": _Scheme(2, 2, _numbered("8017", 18)),
    "gdti": _Scheme(3, 2, _numbered("253", 13)),
    "sgcn": _Scheme(3, 2, _numbered("255", 13)),
    "cpi": _Scheme(3, 1, _part),
    "ginc": _Scheme(2, 1, _bare("401")),
    "gsin": _Scheme(2, 2, _numbered("402", 17)),
}
_LENGTHS: Final = {
    "00": 18,
    "01": 14,
    "402": 17,
    "414": 13,
    "417": 13,
    "8017": 18,
    "8018": 18,
    # of any length
    **dict.fromkeys(("253", "255", "401", "8003", "8004", "8006", "8010", "8013"), 0),
}
_QUALIFIERS: Final = {
    "01": ("22", "10", "21", "235"),
    "414": ("254", "7040"),
    "8006": ("22", "10", "21"),
    "8010": ("8011",),
    "8017": ("8019",),
    "8018": ("8019",),
}
