"""What the templates of the orders pages call and choose from."""

import secrets
from typing import Any, Final

from services.query.pages.carriers import carrier_named
from services.query.pages.orders.grouped import sign_of, tone_of, trouble_tone
from services.query.pages.orders.links import history_link, list_link, live_link, order_link, track_link
from services.query.pages.orders.lists import Search
from services.query.pages.orders.offers import ADDRESS, CASES, NEEDED, Offer, offers
from services.query.pages.orders.sheet import KEY_BYTES, Parcel, Sent
from services.query.pages.orders.wishes import PARTIES, key_of
from services.query.pages.texts import Texts

_STATES: Final = {
    "requested": ("calm", "clock"),
    "applied": ("good", "good"),
    "done": ("good", "good"),
    "refused": ("bad", "bad"),
    "withdrawn": ("plain", "stop"),
}


def said(texts: Texts, milestone: str | None) -> str:
    """A milestone in the reader's words."""
    return texts("orders.no_news") if milestone is None else texts.word("milestone", milestone)


def state_tone(state: str) -> str:
    """How the badge of a request's state looks."""
    return _STATES[state][0]


def state_sign(state: str) -> str:
    """The icon of a request's state."""
    return _STATES[state][1]


def sent_key(sent: Sent, parcel: Parcel, offer: Offer) -> str:
    """The form's key: the one it was sent under while nobody knows whether it was taken, else a new one."""
    if sent.keeps_key and sent.is_of(parcel, offer):
        return key_of(sent.fields) or secrets.token_urlsafe(KEY_BYTES)
    return secrets.token_urlsafe(KEY_BYTES)


LOOKS: Final[dict[str, Any]] = {
    "section": "orders",
    "search": Search(),
    "tone_of": tone_of,
    "sign_of": sign_of,
    "trouble_tone": trouble_tone,
    "said": said,
    "carrier_named": carrier_named,
    "state_tone": state_tone,
    "state_sign": state_sign,
    "sent_key": sent_key,
    "order_link": order_link,
    "list_link": list_link,
    "live_link": live_link,
    "track_link": track_link,
    "history_link": history_link,
    "cases": CASES,
    "offers": offers,
    "parties": PARTIES,
    "address": ADDRESS,
    "needed": NEEDED,
}
