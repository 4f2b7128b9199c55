"""Which version of a fact counts, and which facts are withdrawn (rules R15, R9)."""

from collections.abc import Iterable

from services.domain.facts import Fact


def merged(known: Fact, copy: Fact) -> Fact:
    """Two copies of one event as one fact; the very object `known` when `copy` adds nothing (R15)."""
    recorded_ms = min(known.recorded_ms, copy.recorded_ms)
    wins = (copy.mapping_version, -copy.digest) > (known.mapping_version, -known.digest)
    winner = copy if wins else known
    return winner if winner.recorded_ms == recorded_ms else winner._replace(recorded_ms=recorded_ms)


def retracted(facts: Iterable[Fact]) -> tuple[str, ...]:
    """The ids out of every rule, sorted; targets nobody has seen yet are among them (R9).

    A retraction of a retraction is final: it cannot be retracted itself.
    """
    targets = {f.event_id: f.body for f in facts if f.type == "EventRetracted" and type(f.body) is str}
    if not targets:
        return ()
    final = {event_id for event_id, target in targets.items() if target in targets}
    undone = {targets[event_id] for event_id in final} - final
    gone = {target for event_id, target in targets.items() if event_id not in undone | final}
    return tuple(sorted(gone | undone))
