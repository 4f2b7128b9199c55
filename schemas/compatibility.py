"""Whether a change of a JSON Schema breaks an older reader or an older message (FULL).

Held against every released version in turn it is FULL_TRANSITIVE. It knows the part of JSON Schema
that our models use and refuses to judge a keyword it does not know.
"""

from collections.abc import Mapping
from typing import Any, Final

Json = Mapping[str, Any]

_NOTES: Final = frozenset({"$schema", "$id", "$defs", "title", "description", "examples"})
_COMPARED_AS_THEY_ARE: Final = (
    "pattern",
    "format",
    "maxLength",
    "minLength",
    "maxItems",
    "minItems",
    "maximum",
    "minimum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "default",
)
_WALKED: Final = frozenset(
    {"type", "properties", "required", "items", "additionalProperties", "anyOf", "enum", "const", "$ref"}
)
_MISSING: Final = object()
_ANYTHING: Final = "any"


class UnknownKeyword(ValueError):
    """A schema uses a keyword whose changes this module cannot judge."""


def breaks(old: Json, new: Json) -> tuple[str, ...]:
    """What in `new` breaks a reader of `old` or a message written by `old`; empty when nothing does.

    Each break is the place as a path, and a sentence. Raises UnknownKeyword.
    """
    return tuple(_Comparison(old, new).of(old, new, at=""))


class _Comparison:
    """One pair of documents: their definitions, and the pairs of references already followed."""

    def __init__(self, old: Json, new: Json) -> None:
        self._old = old
        self._new = new
        self._followed: set[tuple[str, str]] = set()

    def of(self, old: Json, new: Json, *, at: str) -> list[str]:
        refs = (str(old.get("$ref", "")), str(new.get("$ref", "")))
        if all(refs):
            if refs in self._followed:
                return []
            self._followed.add(refs)
        found = _changed_default(old, new, at=at)
        before, after = _branches(old, self._old), _branches(new, self._new)
        found += [f"{at}: {kind} is no longer taken" for kind in sorted(before.keys() - after.keys())]
        found += [f"{at}: {kind} is new to older readers" for kind in sorted(after.keys() - before.keys())]
        for kind in sorted(before.keys() & after.keys()):
            found += self._branch(before[kind], after[kind], at=at)
        return found

    def _branch(self, old: Json, new: Json, *, at: str) -> list[str]:
        found = [
            f"{at}: {keyword} was {_shown(old, keyword)} and is {_shown(new, keyword)}"
            for keyword in _COMPARED_AS_THEY_ARE
            if keyword != "default" and old.get(keyword) != new.get(keyword)
        ]
        found += _changed_words(old, new, at=at)
        found += self._members(old, new, at=at)
        found += self._inner(old, new, "items", at=f"{at}/*")
        found += self._inner(old, new, "additionalProperties", at=f"{at}/*")
        return found

    def _members(self, old: Json, new: Json, *, at: str) -> list[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        must_before, must_after = set(old.get("required", ())), set(new.get("required", ()))
        found = [f"{at}/{name}: removed" for name in sorted(before.keys() - after.keys())]
        found += [f"{at}/{name}: older messages lack it" for name in sorted(must_after - must_before)]
        found += [
            f"{at}/{name}: older readers demand it"
            for name in sorted((must_before - must_after) & after.keys())
        ]
        for name in sorted(before.keys() & after.keys()):
            found += self.of(before[name], after[name], at=f"{at}/{name}")
        return found

    def _inner(self, old: Json, new: Json, keyword: str, *, at: str) -> list[str]:
        before, after = old.get(keyword, True), new.get(keyword, True)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            return self.of(before, after, at=at)
        return [] if before == after else [f"{at}: {keyword} was {before} and is {after}"]


def _branches(schema: Json, document: Json) -> dict[str, Json]:
    """What a value may be, by JSON type: `anyOf` and `$ref` resolved to plain schemas."""
    _refuse_unknown(schema)
    if "$ref" in schema:
        return _branches(_definition(schema["$ref"], document), document)
    if "anyOf" in schema:
        parts = [part for branch in schema["anyOf"] for part in _branches(branch, document).items()]
        if len(dict(parts)) < len(parts):
            raise UnknownKeyword("no rule for anyOf with one type twice")
        return dict(parts)
    kinds = schema.get("type", _ANYTHING)
    return dict.fromkeys([kinds] if isinstance(kinds, str) else kinds, schema)


def _definition(ref: str, document: Json) -> Json:
    found: Any = document
    for step in ref.removeprefix("#/").split("/"):
        found = found[step]
    resolved: Json = found
    return resolved


def _refuse_unknown(schema: Json) -> None:
    unknown = schema.keys() - _NOTES - _WALKED - set(_COMPARED_AS_THEY_ARE)
    if unknown:
        raise UnknownKeyword(f"no rule for {', '.join(sorted(unknown))}")


def _changed_default(old: Json, new: Json, *, at: str) -> list[str]:
    if old.get("default") == new.get("default"):
        return []
    return [f"{at}: a missing member meant {_shown(old, 'default')} and means {_shown(new, 'default')}"]


def _changed_words(old: Json, new: Json, *, at: str) -> list[str]:
    before, after = _words(old), _words(new)
    if before == after:
        return []
    if before is None or after is None:
        return [f"{at}: the list of words came or went"]
    return [f"{at}: {word} is no longer taken" for word in sorted(before - after)] + [
        f"{at}: {word} is new to older readers" for word in sorted(after - before)
    ]


def _words(schema: Json) -> frozenset[str] | None:
    """The closed list of values, as their texts; `const` is a list of one."""
    if "const" in schema:
        return frozenset({repr(schema["const"])})
    return frozenset(map(repr, schema["enum"])) if "enum" in schema else None


def _shown(schema: Json, keyword: str) -> str:
    value = schema.get(keyword, _MISSING)
    return "not given" if value is _MISSING else repr(value)
