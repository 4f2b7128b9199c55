"""The sink contract on the fake sink."""

import pytest

from services.runtime.sink import SinkLost
from tests.contracts.sink_contract import SinkContract, opened, records
from tests.contracts.sink_stages import FakeStage


class TestFakeSink(SinkContract):
    """Everything the contract says."""

    @pytest.fixture
    def stage(self) -> FakeStage:
        """A partition in memory."""
        return FakeStage()


@pytest.mark.parametrize(
    ("fault", "seen"), [("send", [b"a"]), ("commit", [b"a"]), ("answer", [b"a", b"b"])], ids=str
)
def test_a_broker_that_goes_away_loses_the_sink_and_the_next_opening_tells_the_truth(
    fault: str, seen: list[bytes]
) -> None:
    stage = FakeStage()
    sink = opened(stage)
    sink.append(records("a"))
    stage.broker.faults = [fault]

    with pytest.raises(SinkLost):
        sink.append(records("b"))

    last = stage.sink().open()
    assert stage.committed() == seen
    assert last is not None
    assert last[2] == seen[-1]
