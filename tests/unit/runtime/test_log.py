"""A log line is one JSON object, ours and the libraries' alike."""

import json
import subprocess
import sys

SCRIPT = """
import logging
from services.runtime.log import configure_logging, get_logger
configure_logging("INFO", "projector")
log = get_logger("services.projector.loop")
log.debug("not shown")
log.info("batch_saved", partition=3, records=500)
logging.getLogger("kafka.client").info("heartbeat")
logging.getLogger("kafka.client").warning("lost %s", "broker 1")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("batch_failed")
"""


def logged() -> list[dict[str, object]]:
    """What a process that logs has written to standard error."""
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    return [json.loads(line) for line in ran.stderr.splitlines()]


def test_every_line_is_one_json_object_that_names_its_service() -> None:
    saved, lost, failed = logged()

    assert {line["service"] for line in (saved, lost, failed)} == {"projector"}
    assert (saved["event"], saved["partition"], saved["level"]) == ("batch_saved", 3, "info")
    assert str(saved["at"]).endswith("Z")
    assert (lost["event"], lost["level"], lost["logger"]) == ("lost broker 1", "warning", "kafka.client")
    assert "ZeroDivisionError" in str(failed["exception"])
