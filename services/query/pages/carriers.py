"""Carriers for people: their names, and where they follow a number themselves (`carriers.toml`)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

_FILE: Final = Path(__file__).with_name("carriers.toml")


@dataclass(frozen=True, slots=True)
class Carrier:
    """`tracks`: whether the carrier lets anybody with the number follow it."""

    code: str
    name: str
    page: str | None = None
    tracks: bool = True

    def page_of(self, number: str) -> str | None:
        """The carrier's own page about a number, where we know of one."""
        return self.page and self.page.replace("{number}", quote(number, safe=""))


@cache
def carriers() -> Mapping[str, Carrier]:
    """Every carrier of the file, by code."""
    written = tomllib.loads(_FILE.read_text("utf-8"))
    return {code: Carrier(code, **members) for code, members in written.items()}


def carrier_named(code: str) -> Carrier:
    """The carrier of a code; one that the file does not know is called by its code."""
    return carriers().get(code) or Carrier(code, code.replace("_", " ").title())
