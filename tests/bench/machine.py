"""What the figures were measured on."""

import os
import platform
import time
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Cores, memory, processor, versions as far as the system tells; `busy` is the load before the run."""
    return {
        "cores": os.cpu_count(),
        "memory_gib": _memory_gib(),
        "processor": _processor(),
        "python": platform.python_version(),
        "loop_ms": _loop_ms(),
        "system": f"{platform.system()} {platform.release()}",
        "busy": round(os.getloadavg()[0], 2),
    }


def _loop_ms() -> float:
    """What a million multiplications take: tells a slow machine, or a Python compiled without much care."""
    taken = []
    for _ in range(3):
        began, total = time.process_time(), 0
        for n in range(1_000_000):
            total += n * n
        taken.append((time.process_time() - began) * 1000)
    return round(min(taken), 1)


def _memory_gib() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (ValueError, OSError):
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
