"""`shiplog local`: starts, stops, is seen, leaves nothing behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from services.cli.local import faults
from services.cli.local.kafka import knows_a_broker
from services.cli.local.ports import is_free
from services.cli.local.processes import Process, alive
from services.cli.local.stack import remove_stack, start_stack, status, stop_stack
from services.cli.local.state import StackFile, State
from services.cli.output import DependencyAway
from services.runtime.config import StackMissing, read_places, read_settings


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home, with a comma"
    yield folder
    if folder.exists():
        remove_stack(folder)


def shiplog(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.cli", *words],
        capture_output=True,
        text=True,
        env={**os.environ, **environ},
        timeout=120,
        check=False,
    )


def processes(home: Path) -> list[Process]:
    """Everything that stack.json names, read before it is stopped."""
    state = StackFile(home).load()
    found = [part.process for part in (state.kafka, state.postgres) if part and part.process]
    assert found, "nothing was started"
    return found


def workers_in(home: Path) -> list[str]:
    """Command lines of all processes that work below this folder, whoever started them."""
    part = StackFile(home).load().postgres
    folders = [str(home), *([part.folder] if part else [])]
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            works_in = str((process / "cwd").readlink())
            words = (process / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if any(works_in == folder or works_in.startswith(f"{folder}/") for folder in folders):
            found.append(words)
    return found


def answers(database_url: str) -> bool:
    with psycopg.connect(database_url) as connection:
        return connection.execute("SELECT current_setting('server_version_num')::int / 10000").fetchone() == (
            18,
        )


def test_up_env_status_and_down_tell_the_same_story(home: Path) -> None:
    up = shiplog("local", "up", "--home", str(home), "--json")
    assert up.returncode == 0, up.stderr
    started = processes(home)
    told = json.loads(up.stdout)

    env = shiplog("local", "env", SHIPLOG_HOME=str(home))
    shown = shiplog("local", "status", "--home", str(home), "--json")
    down = shiplog("local", "down", "--home", str(home))
    after = shiplog("local", "status", "--home", str(home), "--json")
    missing = shiplog("local", "env", "--home", str(home), "--json")

    assert env.stdout.splitlines() == [
        f"SHIPLOG_KAFKA={told['kafka']}",
        f"SHIPLOG_DATABASE_URL={told['database']}",
    ]
    assert json.loads(shown.stdout) == {"home": str(home), "kafka": True, "postgres": True}
    assert down.returncode == 0, down.stderr
    assert (after.returncode, json.loads(after.stdout)["kafka"]) == (1, False)
    assert missing.returncode == 3
    assert "local up" in json.loads(missing.stderr.splitlines()[-1])["detail"]
    assert not any(alive(process) for process in started)


def test_up_a_second_time_changes_nothing(home: Path) -> None:
    first = start_stack(home)
    started = processes(home)

    second = start_stack(home)

    assert second == first
    assert processes(home) == started


def test_two_stacks_run_side_by_side_and_apart(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    try:
        one, two = start_stack(home), start_stack(other)

        assert one.kafka != two.kafka
        assert one.database_url != two.database_url
        assert answers(one.database_url)
        assert answers(two.database_url)
        stop_stack(home)
        assert status(other) == {"kafka": True, "postgres": True}
    finally:
        remove_stack(other)


def test_a_private_home_with_foreign_files_serves_and_keeps_them(tmp_path: Path) -> None:
    home = tmp_path / "private"
    home.mkdir(mode=0o700)
    (home / "notes.txt").write_text("mine")
    (home / "master.key").write_text("mine too")

    stack = start_stack(home)
    served = answers(stack.database_url)
    mode = (home / "stack.json").stat().st_mode & 0o777
    remove_stack(home)

    assert served
    assert mode == 0o600
    assert home.stat().st_mode & 0o777 == 0o700
    assert sorted(file.name for file in home.iterdir()) == ["master.key", "notes.txt"]


def test_data_and_ports_survive_down_and_up(home: Path) -> None:
    before = start_stack(home)
    with psycopg.connect(before.database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    stop_stack(home)

    after = start_stack(home)

    assert after == before
    with psycopg.connect(after.database_url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


@pytest.mark.chaos
def test_killed_parts_come_back_on_their_ports(home: Path) -> None:
    stack = start_stack(home)
    port = int(stack.kafka.rpartition(":")[2])
    # a client that is working when the server is killed keeps a child of the server busy
    busy = psycopg.connect(stack.database_url, autocommit=True)
    busy.execute("SELECT 1")

    faults.kill_kafka(home)
    faults.kill_postgres(home)
    killed = status(home)
    settings = read_settings({}, home=home)
    faults.start_kafka(home)
    faults.start_postgres(home)
    busy.close()

    assert killed == {"kafka": False, "postgres": False}
    assert (settings.kafka, settings.database_url) == (stack.kafka, stack.database_url)
    assert knows_a_broker(port)
    assert answers(stack.database_url)


def test_down_leaves_no_process_behind(home: Path) -> None:
    stack = start_stack(home)
    client = psycopg.connect(stack.database_url)
    assert workers_in(home)

    stop_stack(home)
    client.close()

    assert workers_in(home) == []


def test_a_failed_start_shows_the_log_and_leaves_nothing(home: Path) -> None:
    start_stack(home)
    stop_stack(home)
    (home / "kafka" / "log" / "meta.properties").write_text("version=1\ncluster.id=other\nnode.id=99\n")

    failed = shiplog("local", "up", "--home", str(home), "--json")

    assert failed.returncode == 3
    assert "node id 99" in json.loads(failed.stderr.splitlines()[-1])["detail"]
    assert workers_in(home) == []
    assert status(home) == {"kafka": False, "postgres": False}
    with pytest.raises(StackMissing):
        read_settings({}, home=home)


@contextmanager
def _heeding_interrupts() -> Iterator[None]:
    """As in a terminal: a shell lets what runs in its background ignore Ctrl-C, and that is inherited."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_start_leaves_nothing(home: Path, wish: signal.Signals) -> None:
    command = [sys.executable, "-m", "services.cli", "local", "up", "--home", str(home)]
    with _heeding_interrupts():
        starting = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while not (home / "stack.json").exists() or StackFile(home).load().kafka is None:
        assert time.monotonic() < deadline, "the broker was never launched"
        time.sleep(0.01)
    launched = processes(home)

    starting.send_signal(wish)
    starting.communicate(timeout=60)

    assert starting.returncode == 130
    assert not any(alive(process) for process in launched)
    assert workers_in(home) == []


def test_a_part_that_is_configured_is_not_started(home: Path) -> None:
    up = shiplog("local", "up", "--home", str(home), "--json", SHIPLOG_KAFKA="elsewhere:9092")

    assert up.returncode == 0, up.stderr
    assert json.loads(up.stdout)["kafka"] == "elsewhere:9092"
    assert status(home) == {"kafka": False, "postgres": True}


def test_a_jar_with_another_sha256_is_refused(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_stack(home)
    stop_stack(home)
    cache = tmp_path / "cache"
    shutil.copytree(read_places().cache, cache, ignore=shutil.ignore_patterns(".*"))
    # of every lock's folder: the bench has one beside ours
    for jar in cache.glob("kafka-*/kafka-clients-*.jar"):
        jar.write_bytes(jar.read_bytes()[:-1] + b"!")
    monkeypatch.setenv("SHIPLOG_CACHE", str(cache))

    with pytest.raises(DependencyAway, match=r"kafka-clients.* is not the jar of Kafka's lock"):
        start_stack(home)

    assert workers_in(home) == []


def test_a_recycled_pid_is_not_mistaken_for_the_stack(home: Path) -> None:
    start_stack(home)
    stop_stack(home)
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        file = StackFile(home)
        part = file.load().kafka
        assert part is not None
        recycled = type(part)(part.port, part.controller_port, Process(bystander.pid, "another birth"))
        file.update(kafka=recycled)

        stop_stack(home)

        assert bystander.poll() is None
        assert file.load().kafka == type(part)(part.port, part.controller_port)
    finally:
        bystander.kill()
        bystander.wait()


def test_a_home_without_a_stack_has_an_empty_state(home: Path) -> None:
    home.mkdir()

    stop_stack(home)

    assert StackFile(home).load() == State()
    assert list(home.iterdir()) == []


def test_ports_of_a_running_stack_are_taken(home: Path) -> None:
    stack = start_stack(home)

    assert not is_free(int(stack.kafka.rpartition(":")[2]))
