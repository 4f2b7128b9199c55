"""The envelope of `shipment-events`: one immutable fact about one shipment, as JSON.

Readers ignore members they do not know, so a newer writer never breaks an older reader; members
are only ever added, and only optional ones.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.vocabulary import (
    CaseKind,
    DeadlineKind,
    EventType,
    Milestone,
    Party,
    PromiseKind,
    RetractReason,
    TimePrecision,
    Trust,
    TzConfidence,
)

SCHEMA_VERSION: Final = 1

Text = Annotated[str, Field(max_length=4096)]
Name = Annotated[str, Field(max_length=256)]
Instant = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
"""UTC, milliseconds, always the same length: text order is time order."""
LocalTime = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d\.\d{3})?$")]
EventId = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class Wire(BaseModel):
    """A frozen value that crosses a process border."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Sealed(Wire):
    """Personal data as ciphertext: AES-256-GCM under the data subject's key."""

    key_id: str
    nonce: str
    ciphertext: str


class Location(Wire):
    """Where a scan was made, as far as the carrier says."""

    name: Text | None = None
    city: Text | None = None
    region: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    lat: float | None = None
    lon: float | None = None
    facility_id: Text | None = None


class Promise(Wire):
    """A delivery promise; `to` is a date (`YYYY-MM-DD`) or an instant, in `zone` when that is known."""

    kind: PromiseKind
    from_: str | None = Field(default=None, alias="from")
    to: str
    zone: str | None = None


class Item(Wire):
    """One line of what is in the parcel."""

    sku: Text | None = None
    name: Text | None = None
    quantity: int | None = None


class Action(Wire):
    """Who must act, and until when."""

    who: Text | None = None
    until: Text | None = None


class Registered(Wire):
    """A merchant told us of an order's shipment."""

    order_id: Text
    customer_id: Text | None = None
    merchant: Text | None = None
    service: Text | None = None
    items: list[Item] | None = None
    origin: Location | None = None
    destination: Location | None = None
    recipient: Sealed | None = None
    promise: Promise | None = None
    number_valid: bool | None = None
    carrier_determined: bool | None = None


class Scan(Wire):
    """What a carrier says happened. No `milestone`: a known code that moves nothing."""

    milestone: Milestone | None = None
    substatus: Text | None = None
    reason: Text | None = None
    party: Party | None = None
    location: Location | None = None
    piece: Name | None = None
    attempt: int | None = None
    proof: Sealed | None = None
    action: Action | None = None


class Revision(Wire):
    """A delivery date was promised, estimated or predicted anew."""

    kind: PromiseKind
    from_: str | None = Field(default=None, alias="from")
    to: str
    zone: str | None = None
    p50: Text | float | None = None
    p90: Text | float | None = None
    cause: Text | None = None


class Retraction(Wire):
    """An earlier fact is withdrawn."""

    retracts: EventId
    reason: RetractReason | None = None
    corrective_ids: list[EventId] | None = None


class Cancellation(Wire):
    """The shipment was called off."""

    reason: Text | None = None
    party: Party | None = None


class AddressChange(Wire):
    """A change of address was asked for, made or refused."""

    request_id: Text
    address: Sealed | None = None
    reason: Text | None = None


class Deadline(Wire):
    """The time `deadline` has come; acts only while the fold derives the same deadline."""

    kind: DeadlineKind
    deadline: Instant


class Case(Wire):
    """A case about a parcel was opened or resolved."""

    case_id: Text
    kind: CaseKind | None = None
    party: Party | None = None
    reason: Text | None = None
    outcome: Text | None = None


DATA_MODELS: Final[dict[str, type[Wire]]] = {
    EventType.SHIPMENT_REGISTERED: Registered,
    EventType.SCAN_RECORDED: Scan,
    EventType.DELIVERY_DATE_REVISED: Revision,
    EventType.EVENT_RETRACTED: Retraction,
    EventType.SHIPMENT_CANCELLED: Cancellation,
    EventType.ADDRESS_CHANGE_REQUESTED: AddressChange,
    EventType.ADDRESS_CHANGE_APPLIED: AddressChange,
    EventType.ADDRESS_CHANGE_REFUSED: AddressChange,
    EventType.DEADLINE_PASSED: Deadline,
    EventType.CASE_OPENED: Case,
    EventType.CASE_RESOLVED: Case,
}


class Source(Wire):
    """How a fact reached us and how far that way is to be trusted."""

    channel: Literal["api", "webhook", "file", "replay", "watchdog", "command"]
    carrier_account: str | None = None
    trust: Trust
    batch: str | None = None
    carrier_event_id: str | None = None


class Raw(Wire):
    """What the carrier itself wrote; kept beside our reading of it, never instead."""

    codelist: Text | None = None
    codelist_version: Text | None = None
    code: Text | None = None
    text: Text | None = None
    time: Text | None = None
    sha256: str | None = None
    body: Sealed | None = None


class Envelope(Wire):
    """One fact about one shipment."""

    event_id: EventId
    type: EventType
    schema_version: Literal[1]
    shipment: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}:[\x21-\x7e]{1,64}$")]
    occurred_at: Instant | None = None
    occurred_local: LocalTime | None = None
    utc_offset: Annotated[str, Field(pattern=r"^[+-]\d\d:\d\d$")] | None = None
    tz_confidence: TzConfidence = "unknown"
    time_precision: TimePrecision = "none"
    recorded_at: Instant
    source: Source
    order_hint: int | None = None
    data: dict[str, Any]
    raw: Raw | None = None
    mapping_version: int = 1


def data_of(envelope: Envelope) -> Wire:
    """The envelope's `data` as its type's model; raises pydantic's ValidationError."""
    return DATA_MODELS[envelope.type].model_validate(envelope.data)
