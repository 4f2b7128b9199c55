"""The OpenAPI document against a running Shiplog: no answer of 5xx, none but as it is documented.

`make test-api` asks 10,000 times.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.cli.local.stack import Stack
from services.query.openapi import PATH, main
from tests.e2e.running import Up, new_place, running, until
from tests.integration.live_stand import REGISTRATION_DAY, post, registered, scanned

REQUESTS: Final = int(os.environ.get("SHIPLOG_API_REQUESTS", "0"))
"""0: some hundred, always the same ones."""
OPERATIONS: Final = [found.ok() for found in schemathesis.openapi.from_path(PATH).get_all_operations()]
EACH: Final = REQUESTS // (len(OPERATIONS) - 1) + 1 if REQUESTS else 25
"""One operation has no parameters: it is asked once or twice."""
CHECKS: Final[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
KNOWN: Final = {
    "key": ["acme:API1", "acme:API2"],
    "order_id": ["O-API1", "O-API2"],
    "what": ["shipments", "timeline", "orders"],
}
"""Values that mean something, for half of the requests."""

asked: Counter[str] = Counter()


@pytest.fixture(scope="module")
def up(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One running Shiplog for this file, with shipments in several states."""
    home: Path = tmp_path_factory.mktemp("api")
    promise = {"kind": "order_promised", "to": str(REGISTRATION_DAY), "zone": "UTC"}
    place = {"city": "Almaty", "country": "KZ", "lat": 43.2, "lon": 76.9}
    with running(new_place(home, kafka=stack.kafka, database_url=stack.database_url), clock="wall") as up:
        post(
            up,
            registered("API1", merchant="north", promise=promise, items=[{"sku": "1", "name": "Kettle"}]),
            registered("API2", merchant="south", customer_id="C-1", recipient={"name": "Aigul"}),
            scanned("API1", 1, "delivered", location=place, proof="signed"),
            scanned("API2", 2, "in_transit", reason="damaged", party="carrier", piece="1"),
        )
        url = f"{up.ready['query']}/v1/shipments"
        until(lambda: len(listed(url)) == 2, within=60, what="all is indexed")
        yield up


def listed(url: str) -> list[Any]:
    answer = requests.get(url, timeout=5)
    return list(answer.json()["items"]) if answer.ok else []


def test_the_document_is_what_the_routes_say() -> None:
    assert main(["--check"]) == 0


def cases(operation: Any) -> st.SearchStrategy[Any]:
    """Requests as the document allows them and as it does not; half of those allowed name what exists."""
    named = {name for name in KNOWN if f"{{{name}}}" in operation.path}
    strategies = [operation.as_strategy(), operation.as_strategy(GenerationMode.POSITIVE)]
    if named:
        known = st.fixed_dictionaries({name: st.sampled_from(KNOWN[name]) for name in sorted(named)})
        strategies[1] = known.flatmap(lambda values: operation.as_strategy(path_parameters=values))
    if any(True for _ in operation.iter_parameters()) or operation.body:
        strategies.append(operation.as_strategy(GenerationMode.NEGATIVE))
    return st.one_of(strategies)


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_answer_is_one_of_the_document(up: Up, operation: Any) -> None:
    @settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        derandomize=not REQUESTS,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(operation))
    def check(case: Any) -> None:
        asked[operation.label] += 1
        if operation.path.endswith("/live"):
            check_stream(case, up.ready["query"])
        else:
            answer = case.call(base_url=up.ready["query"], timeout=30)
            case.validate_response(answer, checks=CHECKS)

    check()


def check_stream(case: Any, base_url: str) -> None:
    """A stream never ends: its head and its first bytes are looked at."""
    with requests.request(**case.as_transport_kwargs(base_url=base_url), stream=True, timeout=30) as answer:
        documented = case.operation.definition.raw["responses"]
        assert str(answer.status_code) in documented, answer.text
        assert answer.status_code < 500, answer.text
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind in documented[str(answer.status_code)]["content"]
        if answer.status_code == 200:
            assert next(answer.iter_content(64)).startswith(b"retry: ")


def test_as_many_requests_were_made_as_were_wanted() -> None:
    if not asked:
        pytest.skip("nothing was asked before")

    assert sum(asked.values()) >= REQUESTS
