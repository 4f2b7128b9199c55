"""The canonical event as it is sent to us: which members it may have, and what is wrong with others.

Source: contracts, section 1. Members are those of `schemas.event`, narrowed: nothing unknown at
any depth, no type is bent to fit, and personal data arrives open (it is sealed before it is logged).
"""

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, WithJsonSchema

from schemas import event as wire
from schemas.vocabulary import CaseKind, Milestone, Party, PromiseKind, RetractReason


def _text_or_object(value: Any) -> Any:
    if not isinstance(value, str | dict):
        raise ValueError("a text or an object is needed")  # noqa: TRY004 - pydantic reads ValueError
    return value


def _text_or_number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("a text or a number is needed")  # noqa: TRY004 - pydantic reads ValueError
    if isinstance(value, str) and len(value) > 4096:
        raise ValueError("at most 4096 characters")
    return value


_STRICT: Final = ConfigDict(extra="forbid", strict=True, frozen=True)

Name = Annotated[str, Field(min_length=1, max_length=4096)]
Personal = Annotated[
    Any, AfterValidator(_text_or_object), WithJsonSchema({"type": ["string", "object"], "title": "Personal"})
]
Quantile = Annotated[
    Any, AfterValidator(_text_or_number), WithJsonSchema({"type": ["string", "number"], "title": "Quantile"})
]
EventIdSent = Annotated[
    str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", title="EventId")
]
MilestoneSent = Annotated[Milestone, Field(strict=False)]


class Sent(BaseModel):
    """Strict, and closed to members we do not know."""

    model_config = _STRICT


class LocationSent(wire.Location):
    """Where a scan was made."""

    model_config = _STRICT
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)


class ItemSent(wire.Item):
    """One line of what is in the parcel."""

    model_config = _STRICT


class ActionSent(wire.Action):
    """Who must act, and until when."""

    model_config = _STRICT


class PromiseSent(wire.Promise):
    """A delivery promise; `from` and `to` are dates or instants."""

    model_config = _STRICT


class RegisteredSent(Sent):
    """`data` of ShipmentRegistered."""

    order_id: Name
    customer_id: wire.Text | None = None
    merchant: wire.Text | None = None
    service: wire.Text | None = None
    items: list[ItemSent] | None = None
    origin: LocationSent | None = None
    destination: LocationSent | None = None
    recipient: Personal | None = None
    promise: PromiseSent | None = None


class ScanSent(wire.Wire):
    """`data` of ScanRecorded."""

    model_config = _STRICT
    milestone: MilestoneSent | None = None
    substatus: wire.Text | None = None
    reason: wire.Text | None = None
    party: Party | None = None
    location: LocationSent | None = None
    piece: wire.Name | None = None
    attempt: int | None = None
    proof: Personal | None = None
    action: ActionSent | None = None


class RevisionSent(Sent):
    """`data` of DeliveryDateRevised."""

    kind: PromiseKind
    from_: str | None = Field(default=None, alias="from")
    to: str
    zone: str | None = None
    p50: Quantile | None = None
    p90: Quantile | None = None
    cause: wire.Text | None = None


class RetractionSent(Sent):
    """`data` of EventRetracted."""

    retracts: EventIdSent
    reason: RetractReason | None = None
    corrective_ids: list[EventIdSent] | None = None


class CancellationSent(wire.Cancellation):
    """`data` of ShipmentCancelled."""

    model_config = _STRICT


class AddressChangeSent(Sent):
    """`data` of AddressChangeRequested, AddressChangeApplied and AddressChangeRefused."""

    request_id: Name
    address: Personal | None = None
    reason: wire.Text | None = None


class CaseSent(Sent):
    """`data` of CaseOpened and CaseResolved."""

    case_id: Name
    kind: CaseKind | None = None
    party: Party | None = None
    reason: wire.Text | None = None
    outcome: wire.Text | None = None


class RawSent(Sent):
    """What the carrier itself wrote."""

    code: wire.Text | None = None
    text: wire.Text | None = None
    time: wire.Text | None = None
    codelist: wire.Text | None = None
    codelist_version: wire.Text | None = None


class EventSent(Sent):
    """What every canonical event has."""

    carrier: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
    tracking_number: Annotated[str, Field(max_length=4096)]
    occurred_at: str | None = None
    zone: str | None = None
    carrier_event_id: Name | None = None
    order_hint: int | None = None
    raw: RawSent | None = None
    recorded_at: str | None = None


class ShipmentRegistered(EventSent):
    """A merchant tells us of an order's shipment."""

    type: Literal["ShipmentRegistered"]
    data: RegisteredSent


class ScanRecorded(EventSent):
    """A carrier says what happened: `data.milestone` or `raw.code` is needed."""

    type: Literal["ScanRecorded"]
    data: ScanSent = Field(default_factory=ScanSent)


class DeliveryDateRevised(EventSent):
    """A delivery date was promised, estimated or predicted anew."""

    type: Literal["DeliveryDateRevised"]
    data: RevisionSent


class EventRetracted(EventSent):
    """An earlier event of the shipment is withdrawn."""

    type: Literal["EventRetracted"]
    data: RetractionSent


class ShipmentCancelled(EventSent):
    """The shipment was called off."""

    type: Literal["ShipmentCancelled"]
    data: CancellationSent = Field(default_factory=CancellationSent)


class AddressChange(EventSent):
    """A change of address was asked for, made or refused."""

    type: Literal["AddressChangeRequested", "AddressChangeApplied", "AddressChangeRefused"]
    data: AddressChangeSent


class Case(EventSent):
    """A case about a parcel was opened or resolved."""

    type: Literal["CaseOpened", "CaseResolved"]
    data: CaseSent


CanonicalEvent = Annotated[
    ShipmentRegistered
    | ScanRecorded
    | DeliveryDateRevised
    | EventRetracted
    | ShipmentCancelled
    | AddressChange
    | Case,
    Field(discriminator="type"),
]

MODELS: Final[dict[str, type[EventSent]]] = {
    name: model
    for model in EventSent.__subclasses__()
    for name in get_args(model.model_fields["type"].annotation)
}
"""The model of each event type that may be sent to us."""


def json_schema() -> dict[str, Any]:
    """The JSON Schema of one canonical event."""
    return TypeAdapter(CanonicalEvent).json_schema(by_alias=True)
