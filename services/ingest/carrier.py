"""The contract of a carrier: how its requests are verified and its payloads read.

An implementation is pure (no I/O, clock, logging, environment) and one file under `carriers/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from schemas.vocabulary import Trust

Json = dict[str, Any]


class SignatureInvalid(Exception):
    """The request is not proved to come from the carrier: nothing of it is kept."""


class InvalidPayload(ValueError):
    """The payload cannot be read at all; it is kept whole and can be read again after a mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """What a carrier sent. `headers` have lower-case names; `secrets` are ours, by carrier account.

    `now_ms` is when it came: a signature that is too old proves nothing.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    now_ms: int


@dataclass(frozen=True, slots=True)
class Verified:
    """The request is the carrier's; `account` is the one whose secret proved it, `trust` says how well."""

    account: str
    trust: Trust = "signed_body"


@dataclass(frozen=True, slots=True)
class ParsedEvent:
    """One canonical event (contracts, section 1).

    `zone_inferred`: its `zone` follows from the scan's place. `sha256` is that of the carrier's own
    text of this one fact, in hex. `known`: whether the code table knows its code.
    """

    members: Json
    sha256: str | None = None
    zone_inferred: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class CarrierError:
    """The carrier's own error or not-found answer: it makes no event."""

    code: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class ParsedPayload:
    """What a payload says. `warnings` tell of defects that were survived."""

    events: tuple[ParsedEvent, ...] = ()
    errors: tuple[CarrierError, ...] = ()
    warnings: tuple[str, ...] = ()


class Reader(Protocol):
    """Whoever reads payloads into events: a carrier, or the reader of standards' documents."""

    @property
    def code(self) -> str:
        """Whose events they are: the carrier's code in shipment keys and addresses."""
        ...

    @property
    def mapping_version(self) -> int:
        """Raised with every change of what a payload is read as (rule R15)."""
        ...

    def parse(self, payload: bytes) -> ParsedPayload:
        """The facts in it; raises InvalidPayload, never anything else."""
        ...


class Carrier(Reader, Protocol):
    """One carrier, with what its line in `docs/carriers.md` says."""

    @property
    def title(self) -> str:
        """Its name for people."""
        ...

    @property
    def formats(self) -> tuple[str, ...]:
        """What its payloads are written in."""
        ...

    @property
    def sources(self) -> tuple[str, ...]:
        """The documents its code table comes from, with their date or version."""
        ...

    @property
    def signature(self) -> str:
        """The scheme that `verify` proves a request by, in one line."""
        ...

    @property
    def codes(self) -> Mapping[str, Any]:
        """The table: what each code means."""
        ...

    def verify(self, request: WebhookRequest) -> Verified:
        """Who sent it; raises SignatureInvalid."""
        ...
