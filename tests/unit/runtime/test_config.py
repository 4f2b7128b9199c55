"""Settings: where they come from and which of them goes first."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from services.runtime.config import BadSetting, StackMissing, passed_on, read_places, read_settings

URL = "postgresql://shiplog:pa55word@127.0.0.1:5432/shiplog"


def running(home: Path, **addresses: str) -> Path:
    home.mkdir(parents=True)
    (home / "stack.json").write_text(json.dumps({**addresses, "parts": {}}))
    return home


def test_the_running_stack_is_found_in_the_home(tmp_path: Path) -> None:
    home = running(tmp_path / "home", kafka="127.0.0.1:9", database_url=URL)

    settings = read_settings({"SHIPLOG_HOME": str(home)})

    assert (settings.kafka, settings.database_url) == ("127.0.0.1:9", URL)
    assert (settings.partitions, settings.host, settings.ingest_port) == (4, "127.0.0.1", 0)
    assert settings.master_key_file == home / "master.key"
    assert settings.session_timeout == timedelta(seconds=6)


def test_the_environment_replaces_the_parts_one_by_one(tmp_path: Path) -> None:
    home = running(tmp_path / "home", database_url=URL)

    settings = read_settings({"SHIPLOG_HOME": str(home), "SHIPLOG_KAFKA": "cluster:9092"})

    assert (settings.kafka, settings.database_url) == ("cluster:9092", URL)


def test_a_missing_stack_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(StackMissing, match="shiplog local up"):
        read_settings({"SHIPLOG_HOME": str(tmp_path), "SHIPLOG_KAFKA": "cluster:9092"})


def test_a_named_home_goes_before_the_environment(tmp_path: Path) -> None:
    places = read_places({"SHIPLOG_HOME": "/elsewhere"}, home=tmp_path)

    assert places.home == tmp_path


@pytest.mark.parametrize("text", ["x", "0", "-1", "1.5", "10001", "٤"])
def test_a_partition_count_that_cannot_be_meant_is_refused(tmp_path: Path, text: str) -> None:
    home = running(tmp_path / "home", kafka="127.0.0.1:9", database_url=URL)

    with pytest.raises(BadSetting, match="SHIPLOG_PARTITIONS"):
        read_settings({"SHIPLOG_HOME": str(home), "SHIPLOG_PARTITIONS": text})


def test_secrets_do_not_show_in_the_settings_text(tmp_path: Path) -> None:
    home = running(tmp_path / "home", kafka="127.0.0.1:9", database_url=URL)

    settings = read_settings({"SHIPLOG_HOME": str(home), "SHIPLOG_API_KEY": "hidden-key"})

    assert settings.api_key == "hidden-key"
    assert "hidden-key" not in repr(settings)
    assert "pa55word" not in repr(settings)


def test_the_parts_of_the_stack_see_nothing_of_the_callers_own_variables() -> None:
    seen = passed_on({"PATH": "/bin", "JAVA_TOOL_OPTIONS": "-Xmx1m", "PGDATA": "/x", "SHIPLOG_API_KEY": "k"})

    assert seen == {"PATH": "/bin"}


@pytest.mark.parametrize("text", ["ingest:8080", "ftp://ingest", "/run/ingest"])
def test_an_address_of_ingest_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    home = running(tmp_path / "home", kafka="127.0.0.1:9", database_url=URL)

    with pytest.raises(BadSetting, match="SHIPLOG_INGEST_URL"):
        read_settings({"SHIPLOG_HOME": str(home), "SHIPLOG_INGEST_URL": text})
    assert read_settings({"SHIPLOG_HOME": str(home)}).ingest_url is None
