"""`GET /v1/shipments/{key}/why`: for every field which events, code mapping and rule made it."""

import asyncio
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import FastAPI, Response

from services.domain.facts import fact_of
from services.domain.provenance import provenance
from services.domain.reasons import RULES
from services.query.caller import Reader
from services.query.moments.answers import Why
from services.query.moments.cut import Cuts
from services.query.moments.moment import Asked
from services.query.parts import Parts
from services.runtime.http_problems import PROBLEM_JSON, Problem

Json = dict[str, Any]

MOST_EVENTS: Final = 1_000
"""Shipments with more are not explained: working it out would take more than some seconds."""
_AT_A_TIME: Final = 2
_PROBLEM: Final[Json] = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def add_to(app: FastAPI, parts: Parts) -> None:
    """Add the route."""
    cuts = Cuts(parts)
    turns = asyncio.Semaphore(_AT_A_TIME)

    @app.get(
        "/v1/shipments/{key:path}/why",
        response_model=Why,
        summary="Why a shipment is as it is",
        responses={422: {"description": "It has too many events to explain.", "content": _PROBLEM}},
    )
    async def why(key: str, caller: Reader, moment: Asked) -> Response:
        """For every field that is not null: the least events that give it when folded alone, and the rules.

        `as_of` and `known_at` ask why it was so, or was thought to be so, at a moment.
        """
        found = await cuts.seen_at(key, caller, moment)
        if found is None:
            raise Problem(HTTPStatus.NOT_FOUND, f"nothing is known of {key}")
        if len(found.timeline) > MOST_EVENTS:
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY, f"more than {MOST_EVENTS} events: too many to explain"
            )
        dated = [event | {"recorded_at": recorded_at} for event, _, recorded_at in found.timeline]
        async with turns:
            told = await asyncio.to_thread(explained, key, dated)
        return Response(orjson.dumps(told), media_type="application/json")


def explained(key: str, envelopes: list[Json]) -> Json:
    """The answer: fields with their reasons, the events and rules that they name."""
    reasons = provenance(key, [fact_of(envelope) for envelope in envelopes])
    named = {event_id for because in reasons for event_id in because.events}
    rules = dict.fromkeys(rule for because in reasons for rule in because.rules)
    return {
        "shipment": key,
        "fields": {
            because.field: {
                "value": because.value,
                "rules": because.rules,
                "events": because.events,
                "least": because.least,
            }
            for because in reasons
        },
        "events": {e["event_id"]: _event(e) for e in envelopes if e["event_id"] in named},
        "rules": {rule: RULES[rule] for rule in rules},
    }


def _event(envelope: Json) -> Json:
    """Which event it was, the carrier's own code, and what our mapping made of it."""
    raw, data = envelope.get("raw") or {}, envelope["data"]
    return {
        "type": envelope["type"],
        "occurred_at": envelope.get("occurred_at"),
        "occurred_local": envelope.get("occurred_local"),
        "recorded_at": envelope["recorded_at"],
        "codelist": raw.get("codelist"),
        "codelist_version": raw.get("codelist_version"),
        "code": raw.get("code"),
        "text": raw.get("text"),
        "mapping_version": envelope.get("mapping_version", 1),
        "milestone": data.get("milestone"),
        "substatus": data.get("substatus"),
        "reason": data.get("reason"),
    }
