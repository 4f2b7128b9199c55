"""What `why` answers with, for the OpenAPI document."""

from typing import Any

from pydantic import BaseModel, Field


class FieldReason(BaseModel):
    """Why one field of the shipment is as it is."""

    value: Any = Field(description="the field's value now, or at the moment asked about")
    rules: list[str] = Field(description="rules of the status model, explained under `rules`; `key`: the key")
    events: list[str] = Field(
        description="ids of the events that give the field when folded alone, in the order in which they "
        "count; empty where it is so until some event says otherwise"
    )
    least: bool = Field(description="whether it was proved that no proper subset of the events gives it")


class NamedEvent(BaseModel):
    """An event that some field comes from: the carrier's code, and what our mapping made of it."""

    type: str
    occurred_at: str | None
    occurred_local: str | None
    recorded_at: str
    codelist: str | None
    codelist_version: str | None
    code: str | None
    text: str | None
    mapping_version: int
    milestone: str | None
    substatus: str | None
    reason: str | None


class Why(BaseModel):
    """A shipment explained; a field within another is named with it, as `conditions.stale`, `promise.to`."""

    shipment: str
    fields: dict[str, FieldReason]
    events: dict[str, NamedEvent]
    rules: dict[str, str]
