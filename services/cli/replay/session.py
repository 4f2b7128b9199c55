"""One replay's connections and the order of its work: alone, on a caught-up store, to the last stage."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from schemas.topics import Topics, topics
from services.cli.output import DependencyAway, UsageError
from services.cli.readback.store import ReadModel, read_model
from services.cli.readback.summary import summary
from services.cli.readback.topics import ends_of
from services.cli.replay.append import LogAppender
from services.cli.replay.player import Player
from services.cli.replay.settling import notifier_stage, projector_stage, publisher_stage
from services.cli.replay.stages import Stage, wait_for
from services.cli.replay.virtual import VirtualTime
from services.domain.deadlines import Deadline
from services.domain.proposal import deadline_passed
from services.ingest.envelope import Origin
from services.ingest.intake import Intake
from services.ingest.keystore import Keystore, read_master_key
from services.runtime.clock import monotonic
from services.runtime.config import Settings
from services.runtime.producer import PATIENT, LogProducer


@dataclass(frozen=True, slots=True)
class Session:
    """A replay that may begin: nobody else replays, and the store has everything that is in the log."""

    settings: Settings
    names: Topics
    model: ReadModel
    appender: LogAppender
    player: Player
    patience: float

    @property
    def appended(self) -> int:
        """Records acknowledged so far, deadlines included."""
        return self.appender.appended

    def settle(self) -> None:
        """Wait until all services are done with what was appended; raises DependencyAway."""
        from services.notifier.app import GROUP

        kafka, status = self.settings.kafka, self.names.status.name
        _wait(
            [
                projector_stage(self.model, self.appender.ends),
                publisher_stage(self.model, kafka=kafka, topic=status),
                notifier_stage(kafka=kafka, topic=status, group=f"{self.settings.topic_prefix}{GROUP}"),
            ],
            self.patience,
        )

    def summary(self) -> dict[str, Any]:
        """What the stores hold now, read back from them."""
        return summary(self.model, kafka=self.settings.kafka, topics=self.names)


@contextmanager
def open_session(settings: Settings, *, virtual: bool, patience: float) -> Iterator[Session]:
    """Everything a replay needs; `virtual`: time passes. `patience`: seconds without progress of a service.

    Raises UsageError when the stack's clock is not virtual, DependencyAway.
    """
    names = topics(prefix=settings.topic_prefix, partitions=settings.partitions)
    with ExitStack() as stack:
        model = stack.enter_context(read_model(settings.database_url))
        clock_ms = _claim(model)
        _wait([projector_stage(model, ends_of(settings.kafka, names.events.name))], patience)
        producer = LogProducer(settings.kafka, delivery=PATIENT)
        stack.callback(producer.close)
        keys = Keystore(settings.database_url, master=read_master_key(settings.master_key_file))
        stack.callback(keys.close)
        appender = LogAppender(producer, topic=names.events.name)
        player = Player(
            intake=Intake(origin=Origin(channel="replay", trust="manual"), recorded_at="required", keys=keys),
            stored=model,
            appender=appender,
            time=VirtualTime(clock_ms=clock_ms, propose=_proposed) if virtual else None,
        )
        yield Session(settings, names, model, appender, player, patience)


def _claim(model: ReadModel) -> int | None:
    """Be the only replay; where virtual time stands."""
    mode, clock_ms = model.clock()
    if mode != "virtual":
        raise UsageError(
            "replay needs a stack that is `up --clock virtual`: history must not meet today's deadlines",
            clock=mode,
        )
    if not model.lock_replay():
        raise DependencyAway("another replay is running")
    return clock_ms


def _proposed(shipment: str, deadline: Deadline, recorded_at: str) -> dict[str, Any]:
    return deadline_passed(shipment, deadline, recorded_at=recorded_at)


def _wait(stages: list[Stage], patience: float) -> None:
    wait_for(stages, patience=patience, monotonic=monotonic, sleep=time.sleep)
