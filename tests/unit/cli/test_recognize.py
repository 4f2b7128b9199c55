"""`shiplog recognize`: what it says of numbers, and its exit codes."""

import json
import subprocess
import sys

import pytest

from services.cli import __main__ as command


def test_a_number_is_told_as_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    code = command.run(["recognize", "1z 999 AA1 01 2345 6784", "--json"])

    assert code == 0
    assert json.loads(capsys.readouterr().out) == {
        "number": "1z 999 AA1 01 2345 6784",
        "normalized": "1Z999AA10123456784",
        "valid": True,
        "candidates": [
            {
                "carrier": "ups",
                "format": "ups",
                "checksum": "ok",
                "why": "1Z, 15 letters and digits and a check digit; check digit 4 is right (mod10); "
                "service 01 is known",
            }
        ],
    }


def test_several_numbers_are_a_line_each_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    code = command.run(["recognize", "--json", "nothing", "320000100091"])

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 0
    assert [(line["number"], line["valid"]) for line in lines] == [("nothing", False), ("320000100091", True)]
    assert [each["carrier"] for each in lines[1]["candidates"]] == ["fedex", "purolator"]


def test_no_valid_number_is_told_and_exits_1(capsys: pytest.CaptureFixture[str]) -> None:
    code = command.run(["recognize", "nothing", "Ж", "--json"])

    said = capsys.readouterr()
    assert code == 1
    assert [json.loads(line) for line in said.out.splitlines()] == [
        {"number": "nothing", "normalized": "NOTHING", "valid": False, "candidates": []},
        {"number": "Ж", "normalized": None, "valid": False, "candidates": []},
    ]
    assert json.loads(said.err.splitlines()[-1])["error"] == "not_recognized"


def test_people_get_lines(capsys: pytest.CaptureFixture[str]) -> None:
    code = command.run(["recognize", "LTN00000000N1", "nothing"])

    said = capsys.readouterr()
    assert code == 0
    assert said.out.splitlines() == [
        "LTN00000000N1",
        "  landmark       landmark_global        LTN, 8 digits and N1; no check digit to go by",
        "nothing: no carrier we know",
    ]


def test_no_number_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    code = command.run(["recognize"])

    assert code == 2
    assert "Missing argument" in capsys.readouterr().err


def test_an_argument_that_is_no_text_is_no_number() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", "recognize", "--json", b"\xff1Z"],
        capture_output=True,
        check=False,
    )

    assert done.returncode == 1
    assert json.loads(done.stdout)["normalized"] is None
