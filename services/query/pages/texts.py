"""Texts of the pages in the reader's language: plain TOML catalogues, plurals as CLDR has them.

`texts/en.toml` and every `texts/en.*.toml` make the English catalogue; a table with the member `other`
is a text that depends on `count`.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel import Locale
from markupsafe import Markup

LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
"""What the reader may choose, each named in its own language; the first is the fallback."""
FALLBACK: Final = "en"

_FOLDER: Final = Path(__file__).with_name("texts")
_FORMS: Final = frozenset({"zero", "one", "two", "few", "many", "other"})

Entry = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Texts:
    """One language's texts by dotted key."""

    language: str
    entries: Mapping[str, Entry]
    locale: Locale

    def __call__(self, key: str, **values: Any) -> str:
        """The text with its placeholders filled; of a plural the form for `count`. Raises KeyError.

        It is markup where a value is, such as a time, and the other values are escaped then.
        """
        entry = self.entries[key]
        if not isinstance(entry, str):
            entry = entry.get(self.locale.plural_form(values["count"]), entry["other"])
        if any(isinstance(value, Markup) for value in values.values()):
            return Markup(entry).format(**values)
        return entry.format(**values) if values else entry

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self.entries

    def word(self, kind: str, code: str) -> str:
        """The word of a closed list (`condition`, `reason` …); a code that we have no word for as it is."""
        entry = self.entries.get(f"{kind}.{code}")
        return entry if isinstance(entry, str) else code.replace("_", " ")


@cache
def texts_of(language: str) -> Texts:
    """The catalogue of one of LANGUAGES."""
    files = sorted((*_FOLDER.glob(f"{language}.toml"), *_FOLDER.glob(f"{language}.*.toml")))
    entries: dict[str, Entry] = {}
    for file in files:
        for key, entry in _flat(tomllib.loads(file.read_text("utf-8")), ""):
            if key in entries:
                raise ValueError(f"{key} stands twice in the texts of {language}")
            entries[key] = entry
    return Texts(language, entries, Locale.parse(language))


def _flat(table: Mapping[str, Any], above: str) -> Iterator[tuple[str, Entry]]:
    for name, value in table.items():
        key = f"{above}{name}"
        if isinstance(value, str) or ("other" in value and value.keys() <= _FORMS):
            yield key, value
        else:
            yield from _flat(value, f"{key}.")
