"""A pytest plugin: the code under test is that of this copy; which tests failed is written down."""

from pathlib import Path

import pytest

import schemas
import services


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the node ids of failed tests go, one a line."""
    parser.addoption("--failed-into", type=Path, required=True)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to judge any other code than the copy's."""
    for package in (schemas, services):
        if not Path(str(package.__file__)).resolve().is_relative_to(config.rootpath):
            raise pytest.UsageError(f"{package.__name__} is that of {package.__file__}")
    config.pluginmanager.register(Failed(config.getoption("--failed-into")))


class Failed:
    """Notes tests whose body failed; one that cannot even be set up has found nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A part of a test is through."""
        if report.failed and report.when == "call":
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{report.nodeid}\n")
