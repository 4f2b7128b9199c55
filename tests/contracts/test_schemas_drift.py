"""What is checked in is what the models generate, and no change breaks what was released."""

from pathlib import Path

import pytest

from schemas import generate


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A generated set of files of its own, with one release kept."""
    monkeypatch.setattr(generate, "HERE", tmp_path / "schemas")
    monkeypatch.setattr(generate, "JSON_FOLDER", tmp_path / "schemas" / "json")
    monkeypatch.setattr(generate, "HISTORY_FOLDER", tmp_path / "schemas" / "json" / "history")
    assert generate.main(["--release", "v1"]) == 0
    return tmp_path / "schemas"


def test_the_checked_in_files_are_what_the_models_give() -> None:
    assert generate.drift() == []


def test_today_breaks_no_reader_and_no_message_of_any_release() -> None:
    assert [path.name for path in generate.HISTORY_FOLDER.iterdir()]
    assert generate.history_breaks() == []


def test_a_changed_a_missing_and_a_left_over_file_are_named(
    folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folders / "json" / "Alert.json").write_text("{}")
    (folders / "asyncapi.json").unlink()
    (folders / "json" / "data" / "ParcelEaten.json").write_text("{}")

    status = generate.main(["--check"])

    assert status == 1
    assert capsys.readouterr().err.splitlines() == [
        "schemas/asyncapi.json differs",
        "schemas/json/Alert.json differs",
        "schemas/json/data/ParcelEaten.json is left over",
    ]


def test_generating_again_mends_the_drift(folders: Path) -> None:
    (folders / "json" / "Alert.json").write_text("{}")

    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


def test_a_change_that_breaks_a_release_is_named_with_the_release(
    folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    released = folders / "json" / "history" / "v1" / "Alert.json"
    released.write_text(released.read_text().replace('"integer"', '"string"'))

    status = generate.main(["--check"])

    assert status == 1
    assert "v1 Alert.json /leg_no: string is no longer taken" in capsys.readouterr().err


def test_a_value_that_is_gone_breaks_its_release(folders: Path) -> None:
    (folders / "json" / "history" / "v1" / "Handover.json").write_text("{}")

    assert generate.history_breaks() == ["v1 Handover.json: removed"]


def test_a_release_is_kept_once(folders: Path) -> None:
    with pytest.raises(FileExistsError):
        generate.write_release("v1")
