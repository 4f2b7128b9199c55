"""`python -m tests.chaos.harness.one SCENARIO`: one of the longer runs; exit 1 when it went wrong."""

import argparse
import sys
from pathlib import Path

from tests.chaos.harness.homes import at_home, say
from tests.chaos.harness.scenarios import Outcome, broker_away, projector_away, zombies


def main() -> int:
    """Read the command line, run, tell."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("scenario", choices=("zombies", "broker-away", "projector-away"))
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--brokers", type=int, choices=(1, 3), default=1)
    words.add_argument("--seconds", type=float, help="how long the trouble lasts")
    words.add_argument("--runs", type=int, default=20, help="zombies, or kills of ingest")
    words.add_argument("--deadlines", type=int, default=10_000)
    words.add_argument("--every", type=float, default=0.005, help="seconds from request to request")
    told = words.parse_args()
    return at_home(lambda home: _told(told, home))


def _told(told: argparse.Namespace, home: Path) -> int:
    outcome = _run(told, home)
    for fact, value in (outcome.facts | {"answers": dict(outcome.answers)}).items():
        say(f"{fact}: {value}")
    for trouble in outcome.troubles:
        say(f"WRONG {trouble}")
    say(f"{told.scenario}: {outcome.verdict.line(int(outcome.facts.get('kills', 0)))}")
    return 1 if outcome.troubles else 0


def _run(told: argparse.Namespace, home: Path) -> Outcome:
    if told.scenario == "zombies":
        seconds = told.seconds or 60.0
        return zombies(home, seed=told.seed, runs=told.runs, seconds=seconds, brokers=told.brokers, say=say)
    if told.scenario == "broker-away":
        return broker_away(
            home, seed=told.seed, seconds=told.seconds or 180.0, kills=told.runs, every=told.every,
            brokers=told.brokers, say=say,
        )  # fmt: skip
    return projector_away(
        home, seed=told.seed, seconds=told.seconds or 600.0, deadlines=told.deadlines, brokers=told.brokers,
        say=say,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
