"""Who asks too often is told when to ask again; keys and addresses have buckets of their own."""

from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.query.caller import Door
from services.query.limits import Buckets, Limits
from services.runtime.http_auth import Principal, Role


@dataclass
class Moving:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


class Keys:
    """A store that knows one key."""

    async def key_of(self, key_sha256: bytes) -> Principal | None:
        return Principal("shop", Role.READER)


def test_a_burst_is_let_in_and_then_so_many_a_second() -> None:
    clock = Moving()
    buckets = Buckets(per_second=10, burst=5, monotonic=clock)

    burst = [buckets.take("a") for _ in range(6)]
    clock.now += 0.25
    later = [buckets.take("a") for _ in range(3)]
    clock.now += 60
    rested = [buckets.take("a") for _ in range(6)]

    assert [wait is None for wait in burst] == [True] * 5 + [False]
    assert burst[5] is not None
    assert burst[5].total_seconds() == pytest.approx(0.1)
    assert [wait is None for wait in later] == [True, True, False]
    assert [wait is None for wait in rested] == [True] * 5 + [False]


def test_one_callers_haste_is_not_anothers() -> None:
    buckets = Buckets(per_second=1, burst=1, monotonic=Moving())

    assert buckets.take("a") is None
    assert buckets.take("b") is None
    assert buckets.take("a") is not None


def answered() -> str:
    return "here"


def limited(door: Any, *, burst: int) -> TestClient:
    app = FastAPI()
    app.add_api_route("/v1/things", answered)
    app.add_api_route("/healthz", answered)
    app.add_middleware(Limits, buckets=Buckets(per_second=0.1, burst=burst, monotonic=Moving()), door=door)
    return TestClient(app)


def test_the_answer_is_429_with_the_time_to_wait_and_health_stays_free() -> None:
    client = limited(Door(needed=False, store=Keys(), configured=None), burst=2)  # type: ignore[arg-type]

    codes = [client.get("/v1/things").status_code for _ in range(3)]
    answer = client.get("/v1/things")

    assert codes == [200, 200, 429]
    assert answer.headers["retry-after"] == "10"
    assert answer.headers["content-type"] == "application/problem+json"
    assert [client.get("/healthz").status_code for _ in range(5)] == [200] * 5


def test_keys_that_nobody_knows_share_the_bucket_of_their_address() -> None:
    client = limited(Door(needed=True, store=Keys(), configured="right"), burst=2)  # type: ignore[arg-type]

    guesses = [client.get("/v1/things", headers={"x-api-key": str(n)}).status_code for n in range(3)]
    known = [client.get("/v1/things", headers={"x-api-key": "right"}).status_code for _ in range(3)]

    assert guesses == [200, 200, 429]
    assert known == [200, 200, 429]
