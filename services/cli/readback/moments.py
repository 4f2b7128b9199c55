"""A shipment's events as they were true or known at a moment, as commands read them."""

from typing import Any

from services.cli.output import DependencyAway
from services.cli.readback.store import read_model
from services.cli.readback.topics import kafka_away
from services.domain.cuts import unsure_at
from services.query.moments.cut import envelopes_at
from services.query.moments.log import copies_in_log
from services.query.moments.moment import Moment
from services.runtime.config import Settings
from services.runtime.records import LogDiverged

Json = dict[str, Any]


def envelopes_of(settings: Settings, key: str, moment: Moment) -> list[Json]:
    """One envelope per event that was true and known then; raises DependencyAway."""
    with read_model(settings.database_url) as model, model.one_snapshot():
        copies, partition, end = model.copies_of(key)
    unsure = None if moment.known_at is None else unsure_at(copies, moment.known_at)
    if unsure is not None:
        try:
            with kafka_away():
                copies += copies_in_log(settings, key, partition, unsure, end)
        except LogDiverged as error:
            raise DependencyAway(
                f"the log has not what is needed to tell what was known then: {error}"
            ) from error
    return envelopes_at(copies, moment)
