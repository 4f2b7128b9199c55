"""UPS: an activity of a package, the same in every API, and what its codes mean."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from services.ingest.carrier import Json, ParsedEvent
from services.ingest.codebooks.ups import ACTIVITIES, DELIVERIES, MANIFEST, PLACES, STATUSES, TYPES
from services.ingest.codebooks.ups_exceptions import ATTEMPTS, EXCEPTIONS
from services.ingest.reading import scans
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.times import When

CARRIER: Final = "ups"
_STATUS_ATTEMPTS: Final[Mapping[str, int]] = {"22": 1, "23": 2, "24": 3}


class Activity(NamedTuple):
    """What UPS says happened: a type, a finer code, a code for laymen, and where the parcel was left."""

    kind: str | None
    code: str | None
    when: When
    text: str | None = None
    status: str | None = None
    left_at: str | None = None
    location: Json | None = None

    def meaning(self) -> Meaning | None:
        """What its codes do; None where no table has them."""
        found = self._of_code() or self._of_status()
        if found is None and self.code is None:
            found = TYPES.get(self.kind or "")
        if found is not None and found.milestone == "delivered" and found.substatus is None:
            return found._replace(substatus=PLACES.get(self.left_at or ""))
        return found

    def delivered(self) -> bool:
        """Whether it says that the parcel was delivered."""
        meaning = self.meaning()
        return meaning is not None and meaning.milestone == "delivered"

    def known(self) -> bool:
        """Whether a table has its finer code: the status alone says less than UPS knows."""
        return self.meaning() is not None and (self.code is None or self._of_code() is not None)

    def _of_code(self) -> Meaning | None:
        code, kind = self.code or "", self.kind
        if kind in ("M", "MV"):
            return MANIFEST.get(code)
        if kind == "X":
            return EXCEPTIONS.get(code)
        own = DELIVERIES.get(code) if kind == "D" else None
        if (found := own or ACTIVITIES.get(code)) is not None:
            return found
        # two letters can stand for one thing as an exception and for another as an activity
        return None if self._of_status() is not None else EXCEPTIONS.get(code)

    def _of_status(self) -> Meaning | None:
        """What the status says; one that says nothing is no reading of a code we do not know."""
        found = STATUSES.get(_plain(self.status))
        return None if found == Meaning(None) else found

    def attempt(self) -> int | None:
        """Which attempt at delivery it tells of."""
        fine = ATTEMPTS.get(self.code or "") if self.kind == "X" else None
        return fine or _STATUS_ATTEMPTS.get(_plain(self.status))


def scan_of(
    number: str,
    activity: Activity,
    *,
    code: str | None,
    codelist: str,
    source: Any,
    proof: Json | None = None,
    carrier_event_id: str | None = None,
) -> ParsedEvent:
    """The scan of an activity, under the `code` that its API has for it."""
    event = scans.scan(
        CARRIER,
        number,
        code=code,
        meaning=activity.meaning(),
        when=activity.when,
        source=source,
        text=activity.text,
        location=activity.location,
        codelist=codelist,
        attempt=activity.attempt(),
        proof=proof if activity.delivered() else None,
        carrier_event_id=carrier_event_id,
    )
    return replace(event, known=activity.known())


def _plain(status: str | None) -> str:
    """A status description code without the zeros some APIs put before it."""
    return status.lstrip("0") or "0" if status else ""
