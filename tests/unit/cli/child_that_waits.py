"""A service for supervisor tests: says that it runs, drains on SIGTERM, ends at once when told to be broken.

WAITS_IN: the folder where it writes. BROKEN: end with code 3. STUBBORN: do not end on SIGTERM.
"""

import os
import signal
import sys
import time
from pathlib import Path

folder = Path(os.environ["WAITS_IN"])
with (folder / "started").open("a") as file:
    file.write(f"{os.getpid()}\n")
if os.environ.get("BROKEN"):
    sys.exit(3)


def drain(*_: object) -> None:
    (folder / "drained").write_text(str(os.getpid()))
    if not os.environ.get("STUBBORN"):
        sys.exit(0)


signal.signal(signal.SIGTERM, drain)
(folder / "ready").touch()
while True:
    time.sleep(0.05)
