"""What a rebuild tells when it is done: models, sums, what differs, whether it switched."""

from dataclasses import asdict, dataclass, field
from typing import Any

from services.domain.checksum import checksum_text
from services.projector.rebuild.compare import Differences
from services.projector.rebuild.models import Checkpoint
from services.projector.rebuild.switch import Meeting

_ALERTS = 100


@dataclass(slots=True)
class Report:
    """The answer of `rebuild`, `rebuild --check` and `rebuild rollback`."""

    live: str
    other: str
    resumed: bool = False
    events: int = 0
    shipments: int = 0
    same_rules: bool = True
    sums_equal: bool = True
    switched: bool = False
    checksum: str = ""
    history: str = ""
    live_checksum: str = ""
    live_history: str = ""
    differences: Differences = field(default_factory=Differences)
    alerts: dict[str, int] = field(default_factory=lambda: {"added": 0, "withdrawn": 0})
    first_alerts: list[dict[str, Any]] = field(default_factory=list)
    restated: int = 0
    """Shipments that the two show differently: `shipment-status` is told of each."""
    why: str = ""

    @property
    def equal(self) -> bool:
        """Whether no row and no sum differs."""
        return self.sums_equal and not self.differences

    def met(self, meeting: Meeting) -> None:
        """Note the sums of both at the same offsets."""
        self.events = sum(c.next_offset for c in meeting.other)
        self.shipments = sum(c.shipments for c in meeting.other)
        self.sums_equal = not meeting.differing
        self.checksum, self.history = _sums(meeting.other)
        self.live_checksum, self.live_history = _sums(meeting.live)

    def alert(self, shipment: str, how: str, told: list[Any]) -> None:
        """Note an announcement that stands in one of the models only."""
        self.alerts[how] += 1
        if len(self.first_alerts) < _ALERTS:
            kind, cause = told[:2]
            self.first_alerts.append({"shipment": shipment, "how": how, "kind": kind, "cause": cause})

    def json(self) -> dict[str, Any]:
        """The members for machines."""
        return {
            "live": self.live,
            "rebuilt": self.other,
            "resumed": self.resumed,
            "switched": self.switched,
            "equal": self.equal,
            "same_rules": self.same_rules,
            "sums_equal": self.sums_equal,
            "events": self.events,
            "shipments": self.shipments,
            "checksum": self.checksum,
            "history": self.history,
            "live_checksum": self.live_checksum,
            "live_history": self.live_history,
            "differing_shipments": len(self.differences.shipments),
            "differences": [asdict(each) for each in self.differences.first],
            "alerts": self.alerts,
            "first_alerts": self.first_alerts,
            "restated": self.restated,
        }


def _sums(checkpoints: list[Checkpoint]) -> tuple[str, str]:
    state = checksum_text(sum(c.state_sum for c in checkpoints))
    return state, checksum_text(sum(c.history_sum for c in checkpoints))
