"""The child's side of a contest: make ready, say so, wait for the word, run. Standard library alone.

What a child says of its own speed counts nothing: the bench looks at PostgreSQL and at the topics.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any


def contest(prepare: Callable[..., Callable[[], None]]) -> None:
    """`prepare` takes the facts of the command line and returns the run."""
    run = prepare(**json.loads(sys.argv[1]))
    say(ready=True, pid=os.getpid())
    sys.stdin.readline()
    run()
    say(done=True)


def say(**members: Any) -> None:
    """One line for the bench."""
    print(json.dumps(members), file=sys.__stdout__, flush=True)


def offsets(ends: dict[str, int]) -> dict[int, int]:
    """Offsets by partition as they came through JSON."""
    return {int(partition): end for partition, end in ends.items()}
