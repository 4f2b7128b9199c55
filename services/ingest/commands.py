"""Commands through our own API: a fact of ours, dated when it is given."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from schemas.ids import canonical_json
from schemas.instants import instant_text
from schemas.vocabulary import EventType, Trust
from services.ingest.checks import InvalidEvent, check_event, normal_number
from services.ingest.command_forms import COMMANDS
from services.ingest.command_times import CommandTimes
from services.ingest.envelope import Origin, envelope_of
from services.ingest.service import Ingest
from services.ingest.tenants import Tenant

Json = dict[str, Any]

_LONGEST_KEY: Final = 255


class ForeignMerchant(Exception):
    """A tenant registers for itself only."""


class InvalidKey(ValueError):
    """Not the form of a shipment key, `carrier:NUMBER`."""


@dataclass(frozen=True, slots=True)
class Given:
    """A command that was taken."""

    shipment: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Commands:
    """The way in of commands."""

    ingest: Ingest
    times: CommandTimes

    def register(
        self, body: Any, *, trust: Trust, idempotency_key: str | None, tenant: Tenant | None = None
    ) -> Given:
        """Log a ShipmentRegistered, for a tenant in its own name.

        Raises InvalidEvent, KeyReused, ForeignMerchant, TimesAway, KeysAway, Overloaded.
        """
        if not isinstance(body, dict):
            raise InvalidEvent("", "an object is needed")
        for name in body:
            if name not in ("carrier", "tracking_number", "data"):
                raise InvalidEvent(f"/{name}", "unknown field")
        members = body | {"type": EventType.SHIPMENT_REGISTERED.value}
        if tenant is None:
            return self._give(members, trust=trust, idempotency_key=idempotency_key)
        given = self._give(
            _in_own_name(members, tenant.merchant),
            trust=trust,
            idempotency_key=idempotency_key,
            merchant=tenant.merchant,
        )
        tenant.tenants.remember(tenant.merchant, [given.shipment])
        return given

    def tell(
        self,
        shipment: str,
        command: str,
        body: Any,
        *,
        trust: Trust,
        idempotency_key: str | None,
        merchant: str | None = None,
        tenant: Tenant | None = None,
    ) -> Given:
        """Log a command of COMMANDS to a shipment; `merchant`: the tenant who gives it, or for whom.

        `tenant`: whose key it is, where it is a tenant's. Raises as `register`, InvalidKey, NotRegistered.
        """
        carrier, number = split_key(shipment)
        if tenant is not None:
            tenant.check(f"{carrier}:{number}")
        told = COMMANDS[command]
        try:
            data = told.data(body, shipment=(carrier, number), idempotency_key=idempotency_key)
            members = {
                "type": told.type.value,
                "carrier": carrier,
                "tracking_number": number,
                "data": data,
            }
            return self._give(members, trust=trust, idempotency_key=idempotency_key, merchant=merchant)
        except InvalidEvent as error:
            raise InvalidEvent(error.pointer.removeprefix("/data"), error.detail) from error

    def _give(
        self, members: Json, *, trust: Trust, idempotency_key: str | None, merchant: str | None = None
    ) -> Given:
        now_ms = self.ingest.clock.now_ms()
        check_event(members)
        at_ms = now_ms
        if idempotency_key is not None:
            at_ms = self._first_given(members, idempotency_key, now_ms, merchant)
            # two merchants may choose the same key: theirs are two commands
            own = idempotency_key if merchant is None else f"{merchant} {idempotency_key}"
            members = members | {"carrier_event_id": own}
        event = check_event(members | {"occurred_at": instant_text(at_ms)})
        origin = Origin(channel="command", trust=trust, carrier_account=merchant)
        envelope = envelope_of(event, recorded_at=instant_text(now_ms), origin=origin)
        self.ingest.log([envelope], now_ms=now_ms)
        return Given(envelope["shipment"], envelope["event_id"])

    def _first_given(self, members: Json, key: str, now_ms: int, merchant: str | None) -> int:
        if not (1 <= len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
            raise InvalidEvent("", f"an Idempotency-Key is 1 to {_LONGEST_KEY} printable ASCII characters")
        shipment = f"{members['carrier']}:{normal_number(members['tracking_number'])}"
        digest = hashlib.sha256(canonical_json(members)).hexdigest()
        scope = f"{members['type']} {shipment} {key}"
        scope = scope if merchant is None else f"{scope} {merchant}"
        return self.times.first_given(scope, digest=digest, now_ms=now_ms)


def _in_own_name(members: Json, merchant: str) -> Json:
    data = members.get("data")
    if not isinstance(data, dict):
        return members
    if data.get("merchant") not in (None, merchant):
        raise ForeignMerchant("a merchant registers for itself only")
    return members | {"data": data | {"merchant": merchant}}


def split_key(shipment: str) -> tuple[str, str]:
    """Carrier and normalised number of a shipment key as somebody wrote it; raises InvalidKey."""
    carrier, colon, written = shipment.partition(":")
    try:
        number = normal_number(written)
    except InvalidEvent as error:
        raise InvalidKey(shipment) from error
    known = carrier.isascii() and carrier.replace("_", "a").isalnum() and carrier == carrier.lower()
    if not colon or not known or len(carrier) > 32:
        raise InvalidKey(shipment)
    return carrier, number
