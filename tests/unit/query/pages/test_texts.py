"""The catalogues of all languages say the same things."""

import re
import string

import pytest
from babel import Locale
from markupsafe import Markup

from schemas.vocabulary import SUBSTATUSES, Condition, EventType, Milestone
from services.query.pages.texts import FALLBACK, LANGUAGES, Entry, texts_of

SAME_EVERYWHERE = {"base.name", "track.window", "orders.format_parquet"}
"""Proper names, and texts without a word."""
OTHERS = sorted(set(LANGUAGES) - {FALLBACK})


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def forms(entry: Entry) -> dict[str, str]:
    return {"": entry} if isinstance(entry, str) else dict(entry)


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_texts(language: str) -> None:
    english, other = texts_of(FALLBACK).entries, texts_of(language).entries

    assert other.keys() == english.keys()


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_takes_the_same_placeholders(language: str) -> None:
    english, other = texts_of(FALLBACK).entries, texts_of(language).entries

    for key, entry in english.items():
        wanted = set[str]().union(*map(placeholders, forms(entry).values()))
        given = set[str]().union(*map(placeholders, forms(other[key]).values()))
        assert given == wanted, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plural_has_every_form_that_its_language_needs(language: str) -> None:
    needed = set(Locale.parse(language).plural_form.tags) | {"other"}

    for key, entry in texts_of(language).entries.items():
        if not isinstance(entry, str):
            assert set(entry) == needed, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_vocabulary_has_a_text(language: str) -> None:
    texts = texts_of(language)

    wanted = {f"milestone.{each.value}" for each in Milestone}
    wanted |= {f"substatus.{each}" for some in SUBSTATUSES.values() for each in some}
    wanted |= {f"condition.{each.value}" for each in Condition}
    wanted |= {f"advice.{each.value}" for each in Condition}
    wanted |= {f"event.{each.value}" for each in EventType}
    assert wanted <= texts.entries.keys()


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_is_not_left_in_english(language: str) -> None:
    english, other = texts_of(FALLBACK).entries, texts_of(language).entries

    same = {
        key for key, entry in english.items() if other[key] == entry and re.search("[a-z]{4}", str(entry))
    }
    assert same <= SAME_EVERYWHERE


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, "Нет новостей 1 день"), (3, "Нет новостей 3 дня"), (11, "Нет новостей 11 дней")],
)
def test_russian_counts_days_as_russians_do(count: int, expected: str) -> None:
    assert texts_of("ru")("notice.quiet_title", count=count) == expected


def test_markup_in_a_text_stays_markup_and_what_else_is_in_it_is_escaped() -> None:
    shown = texts_of("en")("track.first_promise", when=Markup("<time>today</time>"))
    other = texts_of("en")("track.there", when=Markup("<b>now</b>"), offset="<script>")

    assert "<time>today</time>" in shown
    assert "<b>now</b>" in other
    assert "<script>" not in other


def test_a_code_that_nobody_translated_is_shown_as_it_is() -> None:
    assert texts_of("kk").word("condition", "eaten_by_dog") == "eaten by dog"
