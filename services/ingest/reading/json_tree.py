"""JSON whose shape is not trusted: members may be absent, of another type, or one where a list is meant."""

from typing import Any

from services.ingest.carrier import InvalidPayload, Json
from services.ingest.strict_json import InvalidJson, pointer_of, read_strict


def read_json(payload: bytes) -> Any:
    """The value of the strict JSON `payload`; raises InvalidPayload."""
    try:
        # a byte order mark is no JSON, but carriers send it
        return read_strict(payload.removeprefix(b"\xef\xbb\xbf"))
    except InvalidJson as error:
        raise InvalidPayload(str(error)) from error


def member(value: Any, *path: str | int) -> Any:
    """What stands at `path` (member names and list positions); None where the path leads nowhere."""
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and -len(value) <= step < len(value) else None
    return value


def objects(value: Any, *path: str | int, warnings: list[str] | None = None) -> list[Json]:
    """The objects in the list at `path`; a lone object counts as a list of one, a wrong type as none.

    What is neither an object nor null is told to `warnings` by its pointer: it never vanishes silently.
    """
    found = member(value, *path)
    listed = found if isinstance(found, list) else [found]
    if warnings is not None:
        strays = [n for n, each in enumerate(listed) if each is not None and not isinstance(each, dict)]
        warnings += [f"{pointer_of(*path, n)} is no object and is left out" for n in strays]
    return [each for each in listed if isinstance(each, dict)]


def word(value: Any, *path: str | int) -> str | None:
    """A text or number at `path` as stripped text; None for anything else and for empty text."""
    found = member(value, *path)
    if isinstance(found, str):
        return found.strip() or None
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return str(found)
