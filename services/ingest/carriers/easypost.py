"""EasyPost: trackers of many carriers, pushed as webhooks.

Sources: EasyPost API reference, "Trackers" (statuses, status details, tracking details) and
"Webhooks", support article "Webhook HMAC Validation" (both signatures).
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from schemas.ids import canonical_json
from services.ingest.carrier import (
    CarrierError,
    InvalidPayload,
    Json,
    ParsedEvent,
    ParsedPayload,
    SignatureInvalid,
    Verified,
    WebhookRequest,
)
from services.ingest.strict_json import InvalidJson, read_strict

_PREFIX: Final = "hmac-sha256-hex="
_CODELIST: Final = "easypost-tracker-status"
_CODELIST_VERSION: Final = "v2"


class Meaning(NamedTuple):
    """What a code does; no `milestone`: it is known and moves nothing."""

    milestone: str | None
    substatus: str | None = None
    reason: str | None = None
    party: str | None = None


_STATUSES: Final[Mapping[str, Meaning]] = {
    "unknown": Meaning(None),
    "error": Meaning(None),
    "pre_transit": Meaning("info_received"),
    "in_transit": Meaning("in_transit"),
    "out_for_delivery": Meaning("out_for_delivery"),
    "available_for_pickup": Meaning("available_for_pickup"),
    "delivered": Meaning("delivered"),
    "return_to_sender": Meaning("returning"),
    "failure": Meaning("lost", "carrier_declared"),
    "cancelled": Meaning("cancelled"),
}

_SILENT_DETAILS: Final = frozenset({"", "status_update", "unknown"})
"""Details that say no more than their status."""

_DETAILS: Final[Mapping[tuple[str, str], Meaning]] = {
    ("pre_transit", "label_created"): Meaning("info_received", "label_created"),
    ("pre_transit", "awaiting_information"): Meaning("info_received", "awaiting_handover"),
    ("in_transit", "received_at_origin_facility"): Meaning("picked_up", "accepted"),
    ("in_transit", "departed_origin_facility"): Meaning("in_transit", "hub_departed"),
    ("in_transit", "departed_facility"): Meaning("in_transit", "hub_departed"),
    ("in_transit", "arrived_at_facility"): Meaning("in_transit", "hub_arrived"),
    ("in_transit", "arrived_at_destination"): Meaning("in_transit", "local_facility"),
    ("in_transit", "received_at_destination_facility"): Meaning("in_transit", "local_facility"),
    ("in_transit", "transferred_to_destination_carrier"): Meaning("in_transit", "handed_to_partner"),
    ("in_transit", "arrived_at_pickup_location"): Meaning("available_for_pickup", "pickup_point"),
    ("in_transit", "delivery_exception"): Meaning("delivery_attempted"),
    ("in_transit", "refused"): Meaning("delivery_attempted", "refused", "refused", "recipient"),
    ("in_transit", "return"): Meaning("returning"),
    ("out_for_delivery", "delivery_exception"): Meaning("delivery_attempted"),
    ("out_for_delivery", "refused"): Meaning("delivery_attempted", "refused", "refused", "recipient"),
    ("available_for_pickup", "arrived_at_pickup_location"): Meaning("available_for_pickup", "pickup_point"),
    ("available_for_pickup", "arrived_at_destination"): Meaning("available_for_pickup", "carrier_facility"),
    ("return_to_sender", "refused"): Meaning("returning", "refused", "refused", "recipient"),
    ("failure", "lost"): Meaning("lost", "carrier_declared"),
    ("failure", "damaged"): Meaning("in_transit", None, "damaged", "carrier"),
    ("failure", "delivery_exception"): Meaning("delivery_attempted"),
    ("failure", "refused"): Meaning("delivery_attempted", "refused", "refused", "recipient"),
    ("failure", "return"): Meaning("returning"),
    ("failure", "address_correction"): Meaning("delivery_attempted", "address_not_found", "address_issue"),
    # the carrier has stopped telling, which says nothing of the parcel
    ("failure", "expired"): Meaning(None),
}

_REASONS: Final[Mapping[str, tuple[str, str | None]]] = {
    "address_correction": ("address_issue", None),
    "damaged": ("damaged", "carrier"),
    "delayed": ("delayed_announced", "carrier"),
    "weather_delay": ("delayed_announced", "weather"),
    "held": ("on_hold", None),
    "missorted": ("misrouted", "carrier"),
    "lost": ("lost", "carrier"),
    "refused": ("refused", "recipient"),
}
"""Details that trouble a parcel wherever it is: (reason, party)."""

_SAME_DETAILS: Final = frozenset(
    {
        *("in_transit", "out_for_delivery", "cancelled", "failure", "return", "expired", "label_created"),
        *("arrived_at_destination", "arrived_at_facility", "departed_facility", "awaiting_information"),
        *("delivery_exception", "transit_exception", "arrived_at_pickup_location"),
        *("departed_origin_facility", "received_at_destination_facility", "received_at_origin_facility"),
        "transferred_to_destination_carrier",
    }
)
"""Details EasyPost lists that add nothing we tell to a status they are not paired with above."""


class EasyPost:
    """EasyPost's trackers."""

    code: Final = "easypost"
    mapping_version: Final = 1

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the request; raises SignatureInvalid.

        Where both signatures stand, the second version is the one that counts. Its timestamp is
        signed but not compared with a clock: a request played again gives the same events.
        """
        headers = request.headers
        signature = headers.get("x-hmac-signature-v2")
        if signature is not None:
            path = headers.get("x-path", request.path)
            signed = f"{headers.get('x-timestamp', '')}{request.method.upper()}{path}".encode() + request.body
        else:
            signature, signed = headers.get("x-hmac-signature"), request.body
        if signature is None:
            raise SignatureInvalid("no X-Hmac-Signature")
        given = signature.strip().removeprefix(_PREFIX).lower()
        for account, secret in request.secrets.items():
            key = unicodedata.normalize("NFKD", secret).encode()
            expected = hmac.digest(key, signed, hashlib.sha256).hex()
            if hmac.compare_digest(expected.encode(), given.encode()):
                return Verified(account)
        raise SignatureInvalid("the signature is no account's")

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per tracking detail, one revision per estimate; raises InvalidPayload."""
        try:
            told = read_strict(payload)
        except InvalidJson as error:
            raise InvalidPayload(str(error)) from error
        if not isinstance(told, dict):
            raise InvalidPayload("no JSON object")
        if isinstance(told.get("error"), dict):
            return ParsedPayload(errors=(_error(told["error"]),))
        trackers = _trackers(told)
        if trackers is None:
            return ParsedPayload(warnings=(f"nothing of a tracker: {str(told.get('description'))[:64]}",))
        return ParsedPayload(events=tuple(event for tracker in trackers for event in _events(tracker)))


def _error(told: Json) -> CarrierError:
    code = told.get("code")
    return CarrierError(str(code) if code else None, str(told.get("message") or "an error without a message"))


def _trackers(told: Json) -> list[Any] | None:
    """The trackers in an event, a tracker or a list; None for an event of another object."""
    if "trackers" in told:
        return _list(told, "trackers")
    if told.get("object") != "Event":
        return [told]
    result = told.get("result")
    if not isinstance(result, dict):
        raise InvalidPayload("an event without a result")
    return [result] if result.get("object") == "Tracker" else None


def _events(tracker: Any) -> Iterator[ParsedEvent]:
    if not isinstance(tracker, dict) or not isinstance(tracker.get("tracking_code"), str):
        raise InvalidPayload("a tracker without tracking_code")
    details = _list(tracker, "tracking_details")
    newest = max((str(detail.get("datetime") or "") for detail in details), default="")
    for detail in details:
        proof = tracker.get("signed_by") if detail.get("datetime") == newest else None
        yield _scan(tracker["tracking_code"], detail, signed_by=proof)
    if tracker.get("est_delivery_date"):
        yield _revision(tracker, newest=newest)


def _scan(number: str, detail: Json, *, signed_by: Any) -> ParsedEvent:
    status, fine = str(detail.get("status") or ""), str(detail.get("status_detail") or "")
    meaning, known = _meaning(status, fine)
    data: Json = {name: value for name, value in meaning._asdict().items() if value is not None}
    if location := _location(detail.get("tracking_location")):
        data["location"] = location
    if signed_by and meaning.milestone == "delivered":
        data["proof"] = {"signed_by": str(signed_by)}
    raw = {
        "code": status if fine in _SILENT_DETAILS else f"{status}/{fine}",
        "text": detail.get("message"),
        "time": detail.get("datetime"),
        "codelist": _CODELIST,
        "codelist_version": _CODELIST_VERSION,
    }
    members = _members("ScanRecorded", number, detail.get("datetime")) | {"raw": raw, "data": data}
    return ParsedEvent(members, sha256=hashlib.sha256(canonical_json(detail)).hexdigest(), known=known)


def _revision(tracker: Json, *, newest: str) -> ParsedEvent:
    """The estimate, dated by the newest scan known with it: asked again it is the same event."""
    detail = tracker.get("carrier_detail")
    local = detail.get("est_delivery_date_local") if isinstance(detail, dict) else None
    stated = str(tracker["est_delivery_date"])
    # the API has no type for dates: a midnight in UTC is one
    to = local or stated.removesuffix("T00:00:00Z")
    at = newest or tracker.get("created_at")
    members = _members("DeliveryDateRevised", tracker["tracking_code"], at)
    return ParsedEvent(members | {"data": {"kind": "carrier_estimate", "to": to}})


def _members(event_type: str, number: str, at: Any) -> Json:
    dated = {"occurred_at": at} if at else {}
    return {"type": event_type, "carrier": EasyPost.code, "tracking_number": number} | dated


def _meaning(status: str, fine: str) -> tuple[Meaning, bool]:
    """What the pair does, and whether the table knows it."""
    base = _STATUSES.get(status)
    if base is None:
        return Meaning("unknown"), False
    if paired := _DETAILS.get((status, fine)):
        return paired, True
    if fine in _REASONS:
        reason, party = _REASONS[fine]
        return base._replace(reason=reason, party=party), True
    return base, fine in _SILENT_DETAILS or fine in _SAME_DETAILS


def _location(told: Any) -> Json:
    if not isinstance(told, dict):
        return {}
    names = {"city": "city", "state": "region", "zip": "postal_code", "country": "country"}
    return {ours: told[theirs] for theirs, ours in names.items() if told.get(theirs)}


def _list(told: Json, name: str) -> list[Any]:
    """The objects in the list `name`, none where it is absent or null; raises InvalidPayload."""
    found = told.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise InvalidPayload(f"{name} is no list of objects")
    return found
