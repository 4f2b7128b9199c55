"""Words as they are kept and asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.query.index.terms import NUMBER, keyed, number_as_keyed, whole, words_of


def test_case_width_and_order_of_words_do_not_count() -> None:
    assert words_of(["Blue TEAPOT, größe"]) == words_of(["ＢＬＵＥ", "grösse teapot"])


def test_words_of_any_alphabet_are_cut_at_what_is_no_letter() -> None:
    assert words_of(["Шай-ыдыс №7", "茶壶/blue"]) == sorted(["шай", "ыдыс", "no7", "茶壶", "blue"])


@pytest.mark.parametrize("printed", ["1Z 999-AA1.01", "1z999aa101", " 1Z\u00a0999 AA101 "])
def test_a_number_is_found_however_it_was_printed(printed: str) -> None:
    assert number_as_keyed(printed) == "1Z999AA101"


@given(st.text())
def test_no_word_can_be_taken_for_a_whole_number(text: str) -> None:
    assert whole(NUMBER, text) not in words_of([text])


@given(st.text(min_size=200, max_size=600), st.text(min_size=200, max_size=600))
def test_long_texts_are_kept_short_and_stay_apart(one: str, other: str) -> None:
    assert len(keyed(one)) <= 256
    assert (keyed(one) == keyed(other)) == (one == other)
