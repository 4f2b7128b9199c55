"""The route of figures."""

from typing import Annotated

import orjson
from fastapi import FastAPI, Query, Response
from pydantic import AfterValidator, BaseModel, Field

from services.query.caller import Reader
from services.query.parts import Parts
from services.query.shipments.freshness import indexed
from services.query.stats.figures import Json, figures
from services.query.stats.kept import Keeper


class Judged(BaseModel):
    """How promises were kept, by the first attempt; `rate` = kept / (kept + late), null without either."""

    kept: int
    late: int
    undetermined: int
    open: int
    void: int
    rate: float | None


class OnTime(BaseModel):
    """Of the promise in force, and of the first that was ever made."""

    in_force: Judged
    first: Judged


class LaneRates(BaseModel):
    """As OnTime, the rates alone."""

    in_force: float | None
    first: float | None


class CarrierFigures(BaseModel):
    """One carrier's part; milestone `none`: nothing has moved it."""

    carrier: str
    shipments: int
    current: int
    milestones: dict[str, int]
    statuses: dict[str, int]
    on_time: OnTime


class LaneFigures(BaseModel):
    """From country to country, as registrations say; the 200 busiest."""

    origin: str | None
    destination: str | None
    shipments: int
    on_time: LaneRates


class Exceptions(BaseModel):
    """Open conditions, and their reasons and responsible parties: how many shipments have one.

    `delayed` counts those that have any of the three delays.
    """

    conditions: dict[str, int]
    reasons: dict[str, int]
    parties: dict[str, int]


class Silence(BaseModel):
    """Current shipments by the days since their last scan; `to_days` null: and more."""

    from_days: int
    to_days: int | None
    shipments: int


class Figures(BaseModel):
    """Everything as it was counted at `as_of`."""

    as_of: str
    shipments: int
    current: int = Field(description="nothing ended, nothing given up")
    milestones: dict[str, int]
    statuses: dict[str, int]
    carriers: list[CarrierFigures]
    lanes: list[LaneFigures]
    on_time: OnTime
    exceptions: Exceptions
    silence: list[Silence]


def _text(text: str) -> str:
    if "\x00" in text:
        raise ValueError("NUL in text")
    return text


Merchant = Annotated[
    str | None,
    Query(min_length=1, max_length=4096, description="the house may look as one tenant"),
    AfterValidator(lambda text: text if text is None else _text(text)),
]


def add_to(app: FastAPI, parts: Parts) -> None:
    """Add the route."""

    async def counted(merchant: str | None) -> Json:
        async with indexed(parts, whole=True) as (snapshot, number, _):
            return await figures(snapshot, number, merchant)

    keeper = Keeper(counted)

    @app.get("/v1/stats", response_model=Figures, summary="Figures over all shipments")
    async def stats(caller: Reader, merchant: Merchant = None) -> Response:
        """Counted every few seconds; `Age` says how many ago.

        A tenant's are its own, whatever merchant it names.
        """
        told, age = await keeper.get(caller.merchant or merchant)
        headers = {"Cache-Control": "private, no-cache", "Age": str(int(age))}
        return Response(orjson.dumps(told), headers=headers, media_type="application/json")
