"""Which processes of a spool folder are gone."""

import subprocess
import sys
from pathlib import Path

from services.ingest.presence import Presence
from services.ingest.spool import Spool

_DIES = "import os, sys; from pathlib import Path; from services.ingest.presence import Presence; "
_DIES += "Presence(Path(sys.argv[1]), 'dead'); os._exit(9)"


def test_a_process_that_died_is_named_until_it_is_forgotten(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _DIES, str(tmp_path)], check=False)
    living = Presence(tmp_path, "living")
    other = Presence(tmp_path, "other")

    named = list(living.gone())
    living.forget("dead")

    assert named == ["dead"]
    assert list(living.gone()) == []
    other.close()
    living.close()
    assert list(tmp_path.iterdir()) == []


def test_the_row_of_a_process_that_died_without_a_spool_file_may_go(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _DIES, str(tmp_path)], check=False)
    spool = Spool(tmp_path, instance="heir")

    first, second = spool.adopt(), spool.adopt()

    spool.close()
    assert first == ["dead"]
    assert second == []
