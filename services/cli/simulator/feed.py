"""Many parcels as one feed: lines in the order they became known, with the faults real feeds have."""

from random import Random
from typing import Any, Final

from schemas.instants import instant_ms, instant_text
from services.cli.simulator.carriers import CARRIERS
from services.cli.simulator.pen import DAY, MINUTE, Pen
from services.cli.simulator.stories import STORIES

Json = dict[str, Any]

START: Final = instant_ms("2026-01-05T06:00:00Z")
END: Final = START + 120 * DAY
"""Far enough behind the last order for every deadline but a few to have come."""
POISON: Final = b'{"type":"ScanRecorded","carrier":"steppe_post","tracking_number":'
"""A record that is no event of ours: a body cut off on its way into the topic."""

_ORDER_DAYS: Final = 45
_REPEATED: Final = 0.05
_DELAYED: Final = 0.03


def simulate(*, seed: int, parcels: int) -> list[Json]:
    """Canonical lines of `parcels` parcels, by `recorded_at`; a pure function of its arguments.

    One line in twenty is sent a second time, about three in a hundred reach us hours after later ones.
    """
    random = Random(seed)
    lines = [line for n in range(parcels) for line in _parcel(random, n)]
    lines += [_known_later(line, random.randrange(1, 900)) for line in lines if random.random() < _REPEATED]
    return sorted(lines, key=lambda line: str(line["recorded_at"]))


def _parcel(random: Random, n: int) -> list[Json]:
    carrier = random.choice(CARRIERS)
    pen = Pen(carrier, f"{carrier.prefix}{n:07d}", random)
    start = START + random.randrange(_ORDER_DAYS * DAY // MINUTE) * MINUTE
    promised = start + random.randrange(6, 11) * DAY
    stories, weights = zip(*STORIES, strict=True)
    story = random.choices(stories, weights)[0]
    pen.registered(start, order=f"O-{n:07d}", promised_ms=promised)
    story(pen, start, promised)
    return [
        _known_later(line, random.randrange(60, 1800)) if random.random() < _DELAYED else line
        for line in pen.lines
    ]


def _known_later(line: Json, minutes: int) -> Json:
    return line | {"recorded_at": instant_text(instant_ms(line["recorded_at"]) + minutes * MINUTE)}
