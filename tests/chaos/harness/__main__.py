"""`python -m tests.chaos.harness`: a run of its own; exit 1 when anything is not as the log says."""

import argparse
import os
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

from services.runtime.log import configure_logging
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
            _say(str(each))
        return 0
    wanted = 5_000 * told.kills if told.acknowledged is None else told.acknowledged
    course = Course(
        seed=told.seed, kills=told.kills, acknowledged=wanted, brokers=told.brokers, events=told.events,
        every=told.every, longest=told.longest, recover=told.recover,
    )  # fmt: skip
    if told.home:
        told.home.mkdir(parents=True)
        return _run(course, told.home)
    home = Path(tempfile.mkdtemp(prefix="shiplog-chaos-"))
    status = _run(course, home)
    if status:
        _say(f"what the services logged is kept: {home / 'services.log'}")
    else:
        shutil.rmtree(home)
    return status


def _run(course: Course, home: Path) -> int:
    # the processes write their logs to our standard error
    with (home / "services.log").open("ab") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())
    configure_logging("INFO", "chaos")
    try:
        return 1 if run(course, home, say=_say).troubles() else 0
    except Exception as error:  # noqa: BLE001 - a run that cannot go on has failed, and says why
        _say("".join(traceback.format_exception(error)))
        return 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
