"""JSON read strictly: what two readers could read differently is refused, by name and pointer."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

MAX_DEPTH: Final = 32
_MIN_INTEGER: Final = -(2**63)
_MAX_INTEGER: Final = 2**63 - 1
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_STRUCTURE: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{},]', re.DOTALL)


class InvalidJson(ValueError):
    """The bytes are no strict JSON; `pointer` (RFC 6901) says where, `""` when they are unreadable."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(f"{pointer or 'text'}: {detail}")
        self.pointer = pointer
        self.detail = detail


class Unreadable(InvalidJson):
    """No JSON at all: bad UTF-8 or bad syntax."""


class TooDeep(InvalidJson):
    """More levels of arrays and objects than `MAX_DEPTH`."""


class _Fault(ValueError):
    """Something is wrong somewhere; `_explain` finds out what and where."""


def read_strict(text: bytes) -> Any:
    """The value of UTF-8 JSON `text`; raises InvalidJson.

    Refused beside bad syntax and bad UTF-8: duplicate keys, NaN, Infinity and numbers that overflow
    to it, integers beyond 64 bits, NUL, lone surrogates, more than `MAX_DEPTH` levels.
    """
    decoded = _decode(text)
    if decoded.count("[") + decoded.count("{") > MAX_DEPTH:
        _check_depth(decoded)
    try:
        value = _FAST.decode(decoded)
    except (_Fault, ValueError):
        _explain(decoded)
    if "\\u" in decoded:
        # only an escape can smuggle these in: the decoder refuses raw control characters itself
        for pointer, fault in _faults(value, ""):
            raise InvalidJson(pointer, fault)
    return value


def split_array(text: bytes) -> list[bytes]:
    """The texts of a JSON array's elements, which `read_strict` may refuse; raises Unreadable."""
    decoded = _decode(text).strip(" \t\r\n")
    if not (decoded.startswith("[") and decoded.endswith("]")):
        raise Unreadable("", "not an array")
    pieces, depth, start = [], 0, 1
    for found in _STRUCTURE.finditer(decoded):
        token = found[0]
        if token in "[{":
            depth += 1
        elif token in "]}":
            depth -= 1
        elif token == "," and depth == 1:
            pieces.append(decoded[start : found.start()].encode())
            start = found.end()
    if depth:
        raise Unreadable("", "unreadable JSON: brackets without their partner")
    last = decoded[start:-1]
    return [*pieces, last.encode()] if pieces or last.strip() else []


def pointer_of(*steps: object) -> str:
    """The JSON pointer (RFC 6901) of the path `steps`."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def _decode(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("", f"not UTF-8 at byte {error.start}") from error


def _check_depth(text: str) -> None:
    depth = 0
    for found in _STRUCTURE.finditer(text):
        token = found[0]
        if token in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise TooDeep("", f"nested deeper than {MAX_DEPTH} levels")
        elif token in "]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Fault
    return members


def _integer(digits: str) -> int:
    if len(digits) > 20:
        raise _Fault
    number = int(digits)
    if not _MIN_INTEGER <= number <= _MAX_INTEGER:
        raise _Fault
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _Fault
    return number


def _no_constant(name: str) -> NoReturn:
    raise _Fault(name)


_FAST: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_finite, parse_constant=_no_constant
)


class _Pairs(list[tuple[str, Any]]):
    """An object's members as written, doubled ones included."""


class _Wrong(str):
    """Stands in the tree where a number should be; the text says what is wrong with it."""

    __slots__ = ()


def _told_integer(digits: str) -> int | _Wrong:
    try:
        return _integer(digits)
    except _Fault:
        return _Wrong("an integer beyond 64 bits")


def _told_float(digits: str) -> float | _Wrong:
    try:
        return _finite(digits)
    except _Fault:
        return _Wrong("a number too large to be finite")


def _told_constant(name: str) -> _Wrong:
    return _Wrong(f"{name} is not JSON")


_SLOW: Final = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=_told_integer, parse_float=_told_float, parse_constant=_told_constant
)


def _explain(text: str) -> NoReturn:
    try:
        tree = _SLOW.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable("", f"unreadable JSON: {error.msg} at character {error.pos}") from error
    for pointer, fault in _faults(tree, ""):
        raise InvalidJson(pointer, fault)
    raise Unreadable("", "unreadable JSON")


def _faults(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Each fault of the tree with its pointer, in reading order."""
    if isinstance(value, str):
        if fault := _text_fault(value):
            yield pointer, fault
    elif isinstance(value, dict | _Pairs):
        yield from _member_faults(value, pointer)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, f"{pointer}/{index}")


def _member_faults(value: "dict[str, Any] | _Pairs", pointer: str) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for name, item in value.items() if isinstance(value, dict) else value:
        if fault := _text_fault(name):
            yield pointer, f"{fault} in a member's name"
            continue
        here = pointer + pointer_of(name)
        if name in seen:
            yield here, "duplicate key"
        seen.add(name)
        yield from _faults(item, here)


def _text_fault(text: str) -> str | None:
    if isinstance(text, _Wrong):
        return str(text)
    if "\x00" in text:
        return "NUL in text"
    if _SURROGATE.search(text):
        return "a lone surrogate in text"
    return None
