"""Routes of shipments as they stand."""

from http import HTTPStatus

import orjson
from fastapi import FastAPI, Response

from services.domain.dossier import dossier
from services.query.caller import Reader
from services.query.parts import Parts
from services.query.store import QUERIES
from services.runtime.http_problems import Problem


def add_to(app: FastAPI, parts: Parts) -> None:
    """Add the routes."""

    @app.get("/v1/shipments/{key}")
    async def shipment(key: str, _: Reader) -> Response:
        async with parts.store.snapshot() as snapshot:
            row = await snapshot.row(QUERIES, "shipment", {"shipment": key})
            if row is None:
                raise Problem(HTTPStatus.NOT_FOUND, f"nothing is known of {key}")
            timeline = await snapshot.rows(QUERIES, "timeline", {"shipment": key})
        told = dossier(orjson.loads(row[0]), [(event, change, at) for event, change, at in timeline])
        return Response(orjson.dumps(told), media_type="application/json")
