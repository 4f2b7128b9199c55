"""The schedule of a run: a function of seed and number of kills alone. Pure."""

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What is done to a process or a connection."""

    KILL = "kill"
    STOP = "stop"
    TERM = "term"
    LATENCY = "latency"
    RESET = "reset"
    BLACKHOLE = "blackhole"
    HALF_OPEN = "half_open"
    TRICKLE = "trickle"
    FSYNC = "fsync"
    SKEW = "skew"


OWN: Final = ("ingest", "projector-1", "projector-2", "notifier-1", "notifier-2", "watchdog")
PROJECTORS: Final = ("projector-1", "projector-2")
NOTIFIERS: Final = ("notifier-1", "notifier-2")
BROKER: Final = "broker"
POSTGRES: Final = "postgres"
KAFKA: Final = "kafka"
NETWORK: Final = (Kind.LATENCY, Kind.RESET, Kind.BLACKHOLE, Kind.HALF_OPEN, Kind.TRICKLE)
BESIDE: Final = (*NETWORK, Kind.STOP, Kind.TERM, Kind.FSYNC, Kind.SKEW)
"""What goes on while something else is killed."""

_TURNS_SECONDS: Final = 5.0
_DECK: Final = (*OWN, *PROJECTORS, *NOTIFIERS, "ingest", BROKER, POSTGRES)


@dataclass(frozen=True, slots=True)
class Fault:
    """`target`: a process, `kafka` (every way to it), or `postgres/<process>` (that process's way).

    `amount`: the skew in hours, else how much of the kind's worst.
    """

    kind: Kind
    target: str
    seconds: float
    amount: float


@dataclass(frozen=True, slots=True)
class Round:
    """A kill after `pause` seconds of load, perhaps while a fault lasts."""

    number: int
    pause: float
    kill: str | None
    beside: Fault | None


def plan(*, seed: int, kills: int, longest: float) -> list[Round]:
    """The rounds: every target is killed in turn, every second round has a fault beside its kill.

    `longest`: seconds that a network fault may last. With few kills every round has one, and rounds
    without a kill follow, so that no kind is ever left out.
    """
    chance = random.Random(seed)
    victims = _dealt(chance, _DECK, kills)
    step = 2 if kills >= 2 * len(BESIDE) else 1
    count = max(kills, len(BESIDE))
    kinds = iter(_dealt(chance, BESIDE, count))
    rounds = []
    for number in range(count):
        kill = victims[number] if number < kills else None
        beside = None
        if number % step == 0:
            beside = _fault(chance, next(kinds), longest=longest, spare=kill)
            if kill in OWN and _cuts_off(beside):
                # nobody else has anything to do then
                kill = "ingest"
        rounds.append(Round(number + 1, round(chance.uniform(0.1, 0.6), 3), kill, beside))
    return rounds


def _cuts_off(fault: Fault) -> bool:
    """Whether no record reaches anybody while it lasts."""
    silent = fault.kind in (Kind.BLACKHOLE, Kind.HALF_OPEN, Kind.RESET) and fault.target == KAFKA
    return silent or fault.kind is Kind.FSYNC


def _dealt(chance: random.Random, deck: tuple[str, ...] | tuple[Kind, ...], count: int) -> list:
    dealt: list = []
    while len(dealt) < count:
        dealt += chance.sample(deck, len(deck))
    return dealt[:count]


def _fault(chance: random.Random, kind: Kind, *, longest: float, spare: str | None) -> Fault:
    """`spare` is killed meanwhile: a process of its own must carry a stop, an end, a skew."""
    seconds = round(chance.uniform(longest / 2, longest), 3)
    amount = round(chance.uniform(0.3, 1.0), 3)
    others = [name for name in OWN if name != spare]
    if kind in NETWORK:
        target = chance.choice([KAFKA, *(f"postgres/{name}" for name in PROJECTORS if name != spare)])
    elif kind is Kind.FSYNC:
        target = "ingest"
    elif kind is Kind.STOP:
        stoppable = [name for name in PROJECTORS + NOTIFIERS if name != spare]
        target = chance.choice(stoppable if longest > 5 else [n for n in stoppable if n in PROJECTORS])
    else:
        target = chance.choice(others)
    if kind is Kind.SKEW:
        # the watchdog half the time: nobody else is believed about time alone
        target = "watchdog" if spare != "watchdog" and chance.random() < 0.5 else target
        # a wrong clock needs some of the watchdog's turns to do harm
        seconds = max(seconds, _TURNS_SECONDS) if target == "watchdog" else seconds
        # an ingest in the past would tell of facts that are known before they happened
        amount = 24.0 if target in ("ingest", "watchdog") else chance.choice((-24.0, 24.0))
    return Fault(kind, target, seconds, amount)
