"""Who is let in is through in time, by the rate at which work was done lately."""

from datetime import timedelta

import pytest

from services.ingest.admission import Admission, cost_of

SMALL = cost_of(300)
WAIT = timedelta(milliseconds=400)


class Server:
    """Finishes requests one after another, `rate` units a second."""

    def __init__(self, rate: float) -> None:
        self.now = 0.0
        self.rate = rate
        self.admission = Admission(wait=WAIT, monotonic=lambda: self.now)

    def work(self, requests: int, *, cost: float = SMALL) -> None:
        for _ in range(requests):
            self.admission.enter()
            self.now += cost / self.rate
            self.admission.leave(cost)

    def fill(self, cost: float) -> int:
        """How many are let in until one is not."""
        held = 0
        while self.admission.lets_in(cost) and held < 100_000:
            self.admission.enter()
            held += 1
        return held


@pytest.mark.parametrize("rate", [500.0, 2_000.0, 20_000.0])
def test_as_many_are_let_in_as_are_through_within_the_wait(rate: float) -> None:
    server = Server(rate)
    server.work(round(3 * rate))

    held = server.fill(SMALL)

    assert held * SMALL / rate == pytest.approx(WAIT.total_seconds(), rel=0.1)


def test_before_anything_is_known_some_are_let_in_and_not_all() -> None:
    assert 10 < Server(1.0).fill(SMALL) < 100


def test_a_server_that_slows_down_lets_in_fewer() -> None:
    server = Server(10_000.0)
    server.work(20_000)
    server.rate = 1_000.0
    server.work(10_000)

    held = server.fill(SMALL)

    assert held * SMALL / server.rate < 2 * WAIT.total_seconds()


def test_a_few_large_bodies_are_let_in_and_keep_no_small_ones_out() -> None:
    server = Server(5_000.0)
    server.work(10_000)

    large = server.fill(cost_of(32 * 1024 * 1024))

    assert large == 9
    assert server.fill(SMALL) > 1_000
