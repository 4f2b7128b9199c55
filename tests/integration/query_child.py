"""A read side in a process of its own, to be killed: `python -m tests.integration.query_child URL HOME`."""

import sys
import time
from pathlib import Path

from tests.integration.query_stand import served

if __name__ == "__main__":
    with served(sys.argv[1], Path(sys.argv[2])):
        time.sleep(600)
