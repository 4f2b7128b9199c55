"""Settings: the one place that reads the environment and the running stack's `stack.json`."""

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

STACK_FILE: Final = "stack.json"
LOCAL_PARTITIONS: Final = 4

# What a child process of the local stack may see of our environment: enough to run, nothing of ours
PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class StackMissing(Exception):
    """No Kafka or no PostgreSQL is configured, and no local stack runs in the home folder."""


class BadSetting(Exception):
    """A variable of the environment holds something that cannot be meant."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are, whether or not a stack runs."""

    home: Path
    cache: Path
    kafka: str | None
    """host:port of a cluster of somebody else's, when SHIPLOG_KAFKA names one"""
    database_url: str | None = field(repr=False)
    ca_bundle: Path | None
    """certificates to trust when downloading (REQUESTS_CA_BUNDLE or SSL_CERT_FILE)"""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a service or command is told from outside, read once at its start."""

    home: Path
    kafka: str
    """bootstrap servers, `host:port[,host:port…]`"""
    database_url: str = field(repr=False)
    partitions: int
    """of shipment-events and its followers, when `topics apply` creates them"""
    host: str
    ingest_port: int
    query_port: int
    metrics_port: int
    """the three ports: 0 = any free one"""
    api_key: str | None = field(repr=False)
    master_key_file: Path
    session_timeout: timedelta
    """how long a silent group member keeps its partitions"""
    log_level: int
    topic_prefix: str = ""
    """in front of every topic, group and transactional id: keeps several Shiplogs apart on one broker"""
    instance: str | None = None
    """a name that stays over restarts: static membership, so that nobody else notices a quick one"""
    cached_shipments: int = 250_000
    """how many shipments a projector keeps in memory"""
    fold_processes: int = 0
    """how many processes a projector folds in; 0: in its own"""
    ingest_url: str | None = None
    """where commands go; None: where the ingest of this home says it is"""
    rate_limit: int | None = None
    """requests a second by one key or address; 0: as many as they like; None: 0 on loopback, 50 elsewhere"""
    rate_burst: int = 100
    """how many more than that at once, after a pause"""


def read_places(environ: Mapping[str, str] | None = None, *, home: Path | None = None) -> Places:
    """The folders and overrides alone; nothing has to run. `home` (`--home`) goes before SHIPLOG_HOME."""
    env = os.environ if environ is None else environ
    chosen = home or Path(env.get("SHIPLOG_HOME") or ".shiplog")
    bundle = env.get("REQUESTS_CA_BUNDLE") or env.get("SSL_CERT_FILE")
    return Places(
        home=chosen.expanduser().absolute(),
        cache=_cache(env),
        kafka=env.get("SHIPLOG_KAFKA") or None,
        database_url=env.get("SHIPLOG_DATABASE_URL") or None,
        ca_bundle=Path(bundle) if bundle else None,
    )


def read_settings(environ: Mapping[str, str] | None = None, *, home: Path | None = None) -> Settings:
    """The settings of a running stack.

    Raises StackMissing when Kafka or PostgreSQL is neither configured nor running locally, and
    BadSetting for a number that is none or out of range.
    """
    env = os.environ if environ is None else environ
    places = read_places(env, home=home)
    running = running_stack(places.home)
    key_file = env.get("SHIPLOG_MASTER_KEY_FILE")
    return Settings(
        home=places.home,
        kafka=places.kafka or _running(running, "kafka", places.home),
        database_url=places.database_url or _running(running, "database_url", places.home),
        partitions=_number(env, "SHIPLOG_PARTITIONS", LOCAL_PARTITIONS, least=1, most=10_000),
        host=env.get("SHIPLOG_HOST") or "127.0.0.1",
        ingest_port=_number(env, "SHIPLOG_INGEST_PORT", 0, most=65_535),
        query_port=_number(env, "SHIPLOG_QUERY_PORT", 0, most=65_535),
        metrics_port=_number(env, "SHIPLOG_METRICS_PORT", 0, most=65_535),
        api_key=env.get("SHIPLOG_API_KEY") or None,
        master_key_file=Path(key_file).expanduser() if key_file else places.home / "master.key",
        session_timeout=timedelta(
            milliseconds=_number(env, "SHIPLOG_SESSION_TIMEOUT_MS", 6_000, least=1_000, most=300_000)
        ),
        log_level=_log_level(env),
        topic_prefix=env.get("SHIPLOG_TOPIC_PREFIX") or "",
        instance=env.get("SHIPLOG_INSTANCE") or None,
        cached_shipments=_number(env, "SHIPLOG_CACHED_SHIPMENTS", 250_000, least=1_000, most=100_000_000),
        fold_processes=_number(env, "SHIPLOG_FOLD_PROCESSES", _cores(), most=256),
        ingest_url=_url(env, "SHIPLOG_INGEST_URL"),
        rate_limit=_number(env, "SHIPLOG_RATE_LIMIT", 0, most=1_000_000)
        if env.get("SHIPLOG_RATE_LIMIT")
        else None,
        rate_burst=_number(env, "SHIPLOG_RATE_BURST", 100, least=1, most=1_000_000),
    )


def _cores() -> int:
    """How many processes pay: one per core, none beside ourselves on a single one."""
    cores = os.cpu_count() or 1
    return cores if cores > 1 else 0


def running_stack(home: Path) -> Mapping[str, str]:
    """`kafka` and `database_url` of the local stack in `home`, as far as it runs; empty when none does."""
    try:
        written = json.loads((home / STACK_FILE).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except ValueError as error:
        raise BadSetting(f"{home / STACK_FILE} is not a stack file: {error}") from error
    if not isinstance(written, dict):
        raise BadSetting(f"{home / STACK_FILE} is not a stack file")
    return {name: written[name] for name in ("kafka", "database_url") if isinstance(written.get(name), str)}


def passed_on(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for Kafka's and PostgreSQL's processes: no JAVA_TOOL_OPTIONS, no PG* of the caller."""
    env = os.environ if environ is None else environ
    return {name: env[name] for name in PASSED_ON if name in env}


def inherited() -> dict[str, str]:
    """A copy of our whole environment, for services that are started as children."""
    return dict(os.environ)


def _cache(env: Mapping[str, str]) -> Path:
    if chosen := env.get("SHIPLOG_CACHE"):
        return Path(chosen).expanduser().absolute()
    base = env.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache").absolute() / "shiplog"


def _running(running: Mapping[str, str], name: str, home: Path) -> str:
    if name in running:
        return running[name]
    variable = {"kafka": "SHIPLOG_KAFKA", "database_url": "SHIPLOG_DATABASE_URL"}[name]
    raise StackMissing(
        f"no stack is running in {home}: start one with `shiplog local up`, "
        f"name its folder in SHIPLOG_HOME, or set {variable}"
    )


def _number(env: Mapping[str, str], name: str, default: int, *, least: int = 0, most: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise BadSetting(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return int(text)


def _url(env: Mapping[str, str], name: str) -> str | None:
    text = env.get(name)
    if not text:
        return None
    if not text.startswith(("http://", "https://")):
        raise BadSetting(f"{name} must be an address that begins with http:// or https://, not {text!r}")
    return text.rstrip("/")


def _log_level(env: Mapping[str, str]) -> int:
    name = env.get("SHIPLOG_LOG_LEVEL") or "INFO"
    levels = logging.getLevelNamesMapping()
    if name.upper() not in levels:
        raise BadSetting(f"SHIPLOG_LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not {name!r}")
    return levels[name.upper()]
