"""What the templates of the board call: its numbers, ages and conditions in the reader's words."""

from typing import Any, Final
from urllib.parse import quote, urlencode

from babel.numbers import format_decimal

from schemas.instants import instant_text, ms_of
from services.query.index.entries import UNKNOWN_CODES
from services.query.pages.board.ages import AGES, Age
from services.query.pages.board.figures import COUNTED_TO, OF_CARRIERS, Board
from services.query.pages.board.lists import Chosen, board_link
from services.query.pages.carriers import carrier_named
from services.query.pages.orders.grouped import sign_of, tone_of, trouble_tone
from services.query.pages.orders.links import track_link
from services.query.pages.orders.looks import said
from services.query.pages.texts import Texts


def shown(texts: Texts, number: int) -> str:
    """A number as the reader writes it; one that was counted no further says so."""
    if number == COUNTED_TO + 1:
        return f"{format_decimal(COUNTED_TO, locale=texts.locale)}+"
    return str(format_decimal(number, locale=texts.locale))


def age_words(texts: Texts, age: Age) -> str:
    """How long the parcels of a column have been silent."""
    if age.most is None:
        return texts("board.age_from", days=age.least)
    return (
        texts("board.age_below", count=age.most)
        if age.least == 0
        else texts("board.age_between", least=age.least, most=age.most)
    )


def condition_words(texts: Texts, name: str) -> str:
    """A condition in words."""
    return texts("board.unknown_codes") if name == UNKNOWN_CODES else texts.word("condition", name)


def at_text(board: Board) -> str:
    """When the figures were counted."""
    return instant_text(ms_of(board.at))


def list_title(texts: Texts, chosen: Chosen) -> str:
    """What a list is of."""
    words: list[str] = []
    if chosen.condition is not None:
        is_any = chosen.condition == "any"
        words.append(texts("board.needs_action") if is_any else condition_words(texts, chosen.condition))
    if chosen.late is not None:
        late = texts("board.late_days", count=chosen.late) if chosen.late else texts("board.late_any")
        words.append(f"{texts('board.late')} {late}")
    if chosen.current and chosen.late is None:
        words.append(texts("board.silent"))
    if chosen.age is not None:
        words.append(age_words(texts, chosen.age))
    if chosen.carrier is not None:
        words.append(carrier_named(chosen.carrier).name)
    return " · ".join(words) or texts("board.list")


def order_path(view: dict[str, Any]) -> str:
    """The page of the order that a parcel belongs to."""
    path = f"/orders/{quote(view['order_id'], safe='')}"
    return f"{path}?{urlencode({'merchant': view['merchant']})}" if view["merchant"] else path


LOOKS: Final[dict[str, Any]] = {
    "section": "board",
    "board_link": board_link,
    "track_link": track_link,
    "order_path": order_path,
    "carrier_named": carrier_named,
    "said": said,
    "shown": shown,
    "age_words": age_words,
    "condition_words": condition_words,
    "at_text": at_text,
    "list_title": list_title,
    "tone_of": tone_of,
    "sign_of": sign_of,
    "trouble_tone": trouble_tone,
    "ages": AGES,
    "of_carriers": OF_CARRIERS,
    "counted_to": COUNTED_TO,
}
