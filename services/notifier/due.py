"""What the watchdog and its store tell each other."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Due:
    """A shipment whose `wake_at` has come; `version` and `wake_ms` are what a re-arm compares."""

    shipment: str
    partition: int
    version: int
    wake_ms: int
    carrier: str


@dataclass(frozen=True, slots=True)
class Rearm:
    """The clock rang too early: set it to `wake_ms` (None: nothing is pending) unless it moved meanwhile."""

    due: Due
    wake_ms: int | None


@dataclass(frozen=True, slots=True)
class IngestState:
    """What an ingest instance last told: when the oldest event it holds unlogged arrived, if any.

    An instance that has not been seen for long still counts while it holds something: its spool is on
    a disk until another instance adopts it. One that held nothing when last seen never counts.
    """

    instance: str
    oldest_unlogged_ms: int | None
    seen_ms: int | None = None
