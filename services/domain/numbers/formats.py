"""The forms that couriers' tracking numbers have, read from `couriers.json` beside this module.

Its members: `takes` names couriers whose numbers a courier carries under its own name too. Of a
format, `pattern` is matched against the whole number; `check` names a rule of `checksums` for the
groups `serial` and `check` (`prefix`: put before a serial that does not begin with it); a group in
`must` fits only with such a value; one in `known` speaks for the format with such a value; `fixed`
counts the characters that every number of the format has; `issuers` are carriers by `country`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from services.domain.numbers.checksums import is_right

_FILE: Final = "couriers.json"


@dataclass(frozen=True, slots=True)
class CheckDigit:
    """How a number's last character follows from the others."""

    rule: str
    arguments: Mapping[str, Any]
    prefix: str

    def holds(self, serial: str, check: str) -> bool:
        """Whether `check` is the check digit of `serial`."""
        whole = serial if serial.startswith(self.prefix) else self.prefix + serial
        return is_right(self.rule, whole, check, self.arguments)


@dataclass(frozen=True, slots=True)
class Format:
    """One form of a courier's numbers; `shape` says it in words."""

    name: str
    shape: str
    pattern: re.Pattern[str]
    check: CheckDigit | None
    must: Mapping[str, re.Pattern[str]]
    known: Mapping[str, re.Pattern[str]]
    issuers: Mapping[str, str]
    fixed: int

    def groups_of(self, normalized: str) -> Mapping[str, str] | None:
        """The named parts of a number of this form, None where the number has another."""
        groups = self._parts(normalized)
        if groups is not None and self.check is not None:
            return groups if self.check.holds(groups["serial"], groups["check"]) else None
        return groups

    def fits_but_for_check(self, normalized: str) -> bool:
        """Whether the number has this form, leaving aside whether its check digit is right."""
        return self._parts(normalized) is not None

    def _parts(self, normalized: str) -> Mapping[str, str] | None:
        found = self.pattern.fullmatch(normalized)
        if found is None:
            return None
        groups = found.groupdict()
        return groups if all(form.fullmatch(groups[part]) for part, form in self.must.items()) else None


@dataclass(frozen=True, slots=True)
class Courier:
    """A courier and the forms its numbers have."""

    code: str
    name: str
    takes: tuple[str, ...]
    formats: tuple[Format, ...]


@cache
def couriers() -> Mapping[str, Courier]:
    """The couriers of `couriers.json`, by code."""
    return couriers_of(json.loads((files("services.domain.numbers") / _FILE).read_bytes()))


def couriers_of(written: Mapping[str, Any]) -> Mapping[str, Courier]:
    """The couriers written as in `couriers.json`, by code."""
    return {
        each["courier"]: Courier(
            each["courier"],
            each["name"],
            tuple(each.get("takes", ())),
            tuple(_format(form) for form in each["formats"]),
        )
        for each in written["couriers"]
    }


def _format(written: Mapping[str, Any]) -> Format:
    check = written.get("check")
    return Format(
        name=written["format"],
        shape=written["shape"],
        pattern=_compiled(written["pattern"]),
        check=check and CheckDigit(check["rule"], check.get("with", {}), check.get("prefix", "")),
        must={part: _compiled(values) for part, values in written.get("must", {}).items()},
        known={part: _compiled(values) for part, values in written.get("known", {}).items()},
        issuers=written.get("issuers", {}),
        fixed=written.get("fixed", 0),
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
