"""The wire values as JSON Schema (draft 2020-12): one document per value, by file name.

A member with a default may be missing or null; a member not named is to be ignored.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from schemas.alert import Alert
from schemas.event import DATA_MODELS, Envelope, Wire
from schemas.status import StatusChanged

Json = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
VALUES: Final[dict[str, type[Wire]]] = {
    "Envelope": Envelope,
    "StatusChanged": StatusChanged,
    "Alert": Alert,
    **{f"data/{event_type}": model for event_type, model in DATA_MODELS.items()},
}
"""Every value that stands in a topic, by the name of its document; `data/<type>` is an event's `data`."""

_MODE: Final[JsonSchemaMode] = "validation"


class _Untitled(GenerateJsonSchema):
    """Pydantic's generator without a title per member: the title would only repeat the member's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        return False


def schema_documents() -> dict[str, Json]:
    """The JSON Schema of each of `VALUES`, complete in itself, by file name (`Envelope.json`)."""
    return {f"{name}.json": _document(name, model) for name, model in VALUES.items()}


def shared_schemas(prefix: str) -> dict[str, Json]:
    """All models and their parts by model name, referring to each other as `prefix` + name."""
    models = [(model, _MODE) for model in dict.fromkeys(VALUES.values())]
    _, bundle = models_json_schema(
        models, by_alias=True, ref_template=prefix + "{model}", schema_generator=_Untitled
    )
    definitions: Mapping[str, Json] = bundle["$defs"]
    return {name: definitions[name] for name in sorted(definitions)}


def _document(name: str, model: type[Wire]) -> Json:
    body = model.model_json_schema(by_alias=True, mode=_MODE, schema_generator=_Untitled)
    return {"$schema": DIALECT, "$id": f"urn:shiplog:schema:{name.replace('/', ':')}"} | body
