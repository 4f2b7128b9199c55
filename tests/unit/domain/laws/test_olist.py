"""The Olist deliveries folded in the order they became known, time passing as the fold asks for it."""

import heapq
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.instants import instant_ms, instant_text
from schemas.vocabulary import EventType
from services.domain.announce import NOTHING_SAID, Said, announce
from services.domain.deadlines import Deadline, pending
from services.domain.facts import fact_of
from services.domain.fold import fold, fold_all
from services.domain.proposal import deadline_passed
from services.domain.shipment import Shipment, unseen
from tests import builders, olist

Json = dict[str, Any]


@dataclass
class Play:
    """Shipments and what was said of them while virtual time moves on."""

    shipments: dict[str, Shipment] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    due: list[tuple[int, str, str]] = field(default_factory=list)
    announced: list[Json] = field(default_factory=list)
    log: list[Json] = field(default_factory=list)

    def take(self, envelope: Json) -> None:
        """Fold one envelope and arm what it makes due."""
        key, fact = envelope["shipment"], fact_of(envelope)
        before = self.shipments.get(key)
        after = fold(before or unseen(key), fact)
        said, announcements = announce(self.said.get(key, NOTHING_SAID), before, after, fact)
        self.shipments[key], self.said[key] = after, said
        self.announced += [a | {"shipment": key} for a in announcements]
        self.log.append(envelope)
        for deadline in pending(after):
            heapq.heappush(self.due, (deadline.at_ms, key, deadline.kind))

    def pass_time(self, until: int) -> None:
        """Let every deadline up to and including `until` pass, in order."""
        while self.due and self.due[0][0] <= until:
            at_ms, key, kind = heapq.heappop(self.due)
            deadline = Deadline(kind, at_ms)
            if deadline in pending(self.shipments[key]):
                self.take(deadline_passed(key, deadline, recorded_at=instant_text(at_ms)))


def envelope_of(line: Json) -> Json:
    """The envelope of a canonical line whose time is local, of no known zone."""
    return builders.fact(
        EventType(line["type"]),
        line["data"],
        local=line["occurred_at"],
        recorded_at=instant_ms(line["recorded_at"]),
        carrier=line["carrier"],
        number=line["tracking_number"],
        **({"code": line["raw"]["code"]} if "raw" in line else {}),
    )


def test_the_olist_deliveries_give_their_own_truth(shared_data: Path) -> None:
    rows = olist.read_rows(shared_data / olist.SOURCE.name)
    truth = olist.truth_of(rows)
    play = Play()

    for line in olist.canonical_lines(rows):
        play.pass_time(instant_ms(line["recorded_at"]))
        play.take(envelope_of(line))
    play.pass_time(instant_ms(olist.AS_OF))

    kinds = Counter(a["kind"] for a in play.announced)
    overdue = Counter(a["shipment"] for a in play.announced if a["kind"] == "delay_overdue")
    assert truth.delivered == 4_763
    assert kinds["delivered"] == truth.delivered
    assert kinds["delay_overdue"] == truth.late + truth.overdue_open == 424
    assert kinds["correction"] == 0
    assert max(overdue.values()) == 1
    late = [s for s in play.shipments.values() if s.promise is not None and s.promise.kept == "late"]
    assert len(late) == truth.late


def test_the_olist_log_folded_at_once_and_backwards_gives_the_same_shipments(shared_data: Path) -> None:
    rows = olist.read_rows(shared_data / olist.SOURCE.name)[:1_000]
    play = Play()
    for line in olist.canonical_lines(rows):
        play.take(envelope_of(line))

    facts = [(e["shipment"], fact_of(e)) for e in play.log]
    backwards: dict[str, Shipment] = {}
    for key, fact in reversed(facts):
        backwards[key] = fold(backwards.get(key, unseen(key)), fact)

    assert backwards == play.shipments
    for key, shipment in play.shipments.items():
        assert fold_all(key, [f for k, f in facts if k == key]) == shipment
