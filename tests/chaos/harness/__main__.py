"""`python -m tests.chaos.harness`: a run of its own; exit 1 when anything is not as the log says."""

import argparse
import sys
from pathlib import Path

from tests.chaos.harness.homes import at_home, say
from tests.chaos.harness.plan import plan
from tests.chaos.harness.run import Course, run


def main() -> int:
    """Read the command line, run."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--kills", type=int, default=200)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--acknowledged", type=int, help="send at least so many (default: 5,000 a kill)")
    words.add_argument("--brokers", type=int, choices=(1, 3), default=3)
    words.add_argument("--events", type=int, default=25, help="events a request")
    words.add_argument("--every", type=float, default=0.06, help="seconds from request to request")
    words.add_argument("--longest", type=float, default=12.0, help="seconds of a network fault")
    words.add_argument("--recover", type=float, default=10.0, help="seconds allowed for p95 of recovery")
    words.add_argument("--home", type=Path, help="keep everything here")
    words.add_argument("--plan", action="store_true", help="print the schedule of the seed and end")
    told = words.parse_args()
    if told.plan:
        for each in plan(seed=told.seed, kills=told.kills, longest=told.longest):
            say(str(each))
        return 0
    wanted = 5_000 * told.kills if told.acknowledged is None else told.acknowledged
    course = Course(
        seed=told.seed, kills=told.kills, acknowledged=wanted, brokers=told.brokers, events=told.events,
        every=told.every, longest=told.longest, recover=told.recover,
    )  # fmt: skip
    return at_home(lambda home: 1 if run(course, home, say=say).troubles() else 0, home=told.home)


if __name__ == "__main__":
    sys.exit(main())
