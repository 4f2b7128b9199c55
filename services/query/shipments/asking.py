"""The parameters of a list out of a request: one pass through the model, a tenth of the framework's way."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.query.shipments.parameters import ListParameters

Json = dict[str, Any]

_MANY: Final = frozenset(
    field.alias or name
    for name, field in ListParameters.model_fields.items()
    if getattr(field.annotation, "__origin__", None) is list
)


def asked_by(request: Request) -> ListParameters:
    """The parameters of a list; raises RequestValidationError."""
    told: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in _MANY:
            told.setdefault(name, []).append(value)
        else:
            told[name] = value
    try:
        return ListParameters.model_validate(told)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([each | {"loc": ("query", *each["loc"])} for each in errors]) from error


async def _asked(request: Request) -> ListParameters:
    return asked_by(request)


Asked = Annotated[ListParameters, Depends(_asked)]
"""For routes: `asked: Asked` takes the parameters of a list; raises RequestValidationError."""


def documented() -> Json:
    """The parameters as the OpenAPI document shows them: for `openapi_extra`."""
    schema = ListParameters.model_json_schema()
    parts = schema.get("$defs", {})
    members: dict[str, Json] = schema["properties"]
    return {"parameters": [_parameter(name, _inline(member, parts)) for name, member in members.items()]}


def _parameter(name: str, schema: Json) -> Json:
    about = {"description": schema.pop("description")} if "description" in schema else {}
    if schema.get("default", "") is None:
        # left out, it asks nothing; there is no null in a query
        del schema["default"]
        (some,) = (each for each in schema.pop("anyOf") if each.get("type") != "null")
        schema |= some
    return {"name": name, "in": "query", "required": False, **about, "schema": schema}


def _inline(schema: Any, parts: Json) -> Any:
    """The schema with what it refers to put in its place."""
    if isinstance(schema, list):
        return [_inline(each, parts) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        named = parts[schema["$ref"].rpartition("/")[2]]
        schema = named | {name: value for name, value in schema.items() if name != "$ref"}
    return {name: _inline(value, parts) for name, value in schema.items()}
