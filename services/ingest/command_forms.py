"""What may be told a shipment through our own API, and the `data` that each command becomes.

There is no event type for asking a parcel back or for a question: ADR 0020 says which ones stand for them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from schemas.ids import uuid5_text
from schemas.requests import CONTACT, RETURN, with_why
from schemas.vocabulary import EventType
from services.ingest.checks import InvalidEvent

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Command:
    """The event type of a command, and how its body becomes the event's `data`.

    `names` is the member by which an answer names what was asked: made from the Idempotency-Key
    where it is not given.
    """

    type: EventType
    form: Callable[[Json], Json] = dict
    names: str | None = None

    def data(self, body: Any, *, shipment: tuple[str, str], idempotency_key: str | None) -> Any:
        """The `data` to check and log; raises InvalidEvent."""
        if not isinstance(body, dict):
            return body
        data = self.form(body)
        if self.names is None or data.get(self.names) is not None:
            return data
        if idempotency_key is None:
            detail = f"a {self.names} is needed, or an Idempotency-Key to make it from"
            raise InvalidEvent(f"/data/{self.names}", detail)
        return data | {self.names: uuid5_text(self.type, *shipment, self.names, idempotency_key)}


def _return(body: Json) -> Json:
    if "address" in body:
        raise InvalidEvent("/data/address", "a return goes to the sender: it has no address of its own")
    return body | {"reason": with_why(RETURN, _why(body))}


def _case(body: Json) -> Json:
    if body.get("kind") is None:
        raise InvalidEvent("/data/kind", "what the case is about is needed")
    return _without_outcome(body)


def _contact(body: Json) -> Json:
    if body.get("kind") is not None:
        raise InvalidEvent("/data/kind", "a question says of no parcel that something is wrong with it")
    return _without_outcome(body) | {"reason": with_why(CONTACT, _why(body))}


def _without_outcome(body: Json) -> Json:
    if "outcome" in body:
        raise InvalidEvent("/data/outcome", "a case that is opened has no outcome yet")
    return dict(body)


def _why(body: Json) -> str | None:
    why = body.get("reason")
    if why is not None and not isinstance(why, str):
        raise InvalidEvent("/data/reason", "a text is needed")
    return why


COMMANDS: Final[dict[str, Command]] = {
    "cancel": Command(EventType.SHIPMENT_CANCELLED),
    "retract": Command(EventType.EVENT_RETRACTED),
    "address-change": Command(EventType.ADDRESS_CHANGE_REQUESTED, names="request_id"),
    "return": Command(EventType.ADDRESS_CHANGE_REQUESTED, _return, names="request_id"),
    "case": Command(EventType.CASE_OPENED, _case, names="case_id"),
    "contact": Command(EventType.CASE_OPENED, _contact, names="case_id"),
}
"""What may be told a shipment, by the last part of the address."""
