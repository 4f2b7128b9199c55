"""A form of the orders page as a command: what was chosen and typed, checked before it is told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.query.pages.orders.offers import ADDRESS, CASES, NEEDED, Offer

Json = dict[str, Any]

PARTIES: Final = ("sender", "carrier")
_LONGEST: Final = 200
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{16,64}").fullmatch
_COMMANDS: Final = {
    "cancel": "cancel",
    "stop": "return",
    "return": "return",
    "address": "address-change",
    "report": "case",
    "contact": "contact",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A command and its body, under the key that makes it one however often it is sent."""

    command: str
    body: Json
    key: str


class NotYet(Exception):
    """The form is not filled in; `faults` names the text that says so, by field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(", ".join(faults))
        self.faults = dict(faults)


def key_of(fields: Mapping[str, str]) -> str | None:
    """The form's own key, None where it is none of ours."""
    key = fields.get("key", "")
    return key if _KEY(key) else None


def wish_of(offer: Offer, fields: Mapping[str, str], *, key: str) -> Wish:
    """What the form asks; raises NotYet."""
    bodies = {"address": _address, "report": _report, "contact": _contact}
    body = bodies.get(offer.action, _reasoned)(offer, fields)
    if offer.action == "cancel":
        body |= {"party": "recipient"}
    return Wish(_COMMANDS[offer.action], body, key)


def _reasoned(offer: Offer, fields: Mapping[str, str]) -> Json:
    return {"reason": _chosen("reason", offer.reasons, fields)}


def _contact(offer: Offer, fields: Mapping[str, str]) -> Json:
    return {"reason": _chosen("reason", offer.reasons, fields), "party": _chosen("party", PARTIES, fields)}


def _report(offer: Offer, fields: Mapping[str, str]) -> Json:
    kind = _chosen("kind", offer.kinds, fields)
    reason = fields.get(f"reason_{kind}", "")
    if not CASES[kind] or not reason:
        return {"kind": kind}
    return {"kind": kind, "reason": _chosen(f"reason_{kind}", CASES[kind], fields)}


def _address(_: Offer, fields: Mapping[str, str]) -> Json:
    typed = {name: " ".join(fields.get(name, "").split()) for name in ADDRESS}
    faults = {name: "orders.fault_needed" for name in NEEDED if not typed[name]}
    faults |= {name: "orders.fault_long" for name, text in typed.items() if len(text) > _LONGEST}
    if faults:
        raise NotYet(faults)
    return {"address": {name: text for name, text in typed.items() if text}}


def _chosen(name: str, choices: tuple[str, ...], fields: Mapping[str, str]) -> str:
    value = fields.get(name, "")
    if value not in choices:
        raise NotYet({name: "orders.fault_choose"})
    return value
