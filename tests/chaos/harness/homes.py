"""Where a run keeps what its processes log: thrown away when all went well, kept and told when not."""

import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from services.runtime.log import configure_logging


def at_home(work: Callable[[Path], int], *, home: Path | None = None) -> int:
    """What `work` answers of a folder of its own, 1 when it cannot go on; a `home` that is given stays."""
    if home is not None:
        home.mkdir(parents=True)
        return _told(work, home)
    home = Path(tempfile.mkdtemp(prefix="shiplog-chaos-"))
    status = _told(work, home)
    if status:
        say(f"what the services logged is kept: {home / 'services.log'}")
    else:
        shutil.rmtree(home)
    return status


def _told(work: Callable[[Path], int], home: Path) -> int:
    # the processes write their logs to our standard error
    with (home / "services.log").open("ab") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())
    configure_logging("INFO", "chaos")
    try:
        return work(home)
    except Exception as error:  # noqa: BLE001 - a run that cannot go on has failed, and says why
        say("".join(traceback.format_exception(error)))
        return 1


def say(line: str) -> None:
    """Tell the reader at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
