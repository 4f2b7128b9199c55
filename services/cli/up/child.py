"""A service as a child of `up`: runs the module and drains by itself when `up` is gone.

`python -m services.cli.up.child FD MODULE`. FD is the reading end of a pipe whose writing end `up` alone
holds: it ends with `up`, however that died.
"""

import os
import runpy
import signal
import sys
import threading
import time
from typing import Final

from services.runtime.compiled import use_compiled

DRAIN_SECONDS: Final = 12.0


def main() -> None:
    """Watch the pipe, be the module."""
    pipe, module = int(sys.argv[1]), sys.argv[2]
    threading.Thread(target=_end_with_parent, args=(pipe,), name="parent-watch", daemon=True).start()
    use_compiled()
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with_parent(pipe: int) -> None:
    os.read(pipe, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(DRAIN_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
