"""The OpenAPI document of the read side: what its routes say, and what all of them share."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.runtime.http_problems import PROBLEM_JSON

Json = dict[str, Any]

_API: Final = "/v1/"
_SHARED: Final = {
    "400": "A parameter or the body cannot be meant.",
    "401": "A key is needed, or this one is not known.",
    "403": "The key's role does not reach that far.",
    "404": "There is nothing, or nothing that the caller may see.",
    "429": "Too many requests: come back after `Retry-After` seconds.",
    "503": "PostgreSQL or Kafka is away: come back after `Retry-After` seconds.",
}
_OF_BODIES: Final = {
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "The body is read, and cannot be done.",
}
_LATER: Final = {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}}
_PROBLEM: Final[Json] = {
    "title": "Problem",
    "description": "Problem details (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["line", "pointer", "detail"],
                "properties": {
                    "line": {"type": "integer"},
                    "pointer": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_KEYS: Final[Json] = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Bearer": {"type": "http", "scheme": "bearer"},
}


def document(app: FastAPI) -> Json:
    """The OpenAPI document of the routes under /v1."""
    told = get_openapi(
        title=app.title,
        summary=app.summary,
        version=app.version,
        openapi_version="3.1.0",
        routes=[route for route in app.routes if getattr(route, "path", "").startswith(_API)],
    )
    for operations in told["paths"].values():
        for method, operation in operations.items():
            _add_problems(operation, has_body=method not in ("get", "head", "delete"))
    components = told.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for gone in ("HTTPValidationError", "ValidationError"):
        schemas.pop(gone, None)
    components["schemas"] = {"Problem": _PROBLEM, **schemas}
    components["securitySchemes"] = _KEYS
    # none on the loopback interface, unless a key is configured
    told["security"] = [{name: []} for name in _KEYS] + [{}]
    return told


def _add_problems(operation: Json, *, has_body: bool) -> None:
    answers = operation["responses"]
    invalid = answers.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if invalid.get("$ref", "").endswith("/HTTPValidationError"):
        del answers["422"]
    for status, description in (_SHARED | (_OF_BODIES if has_body else {})).items():
        later = {"headers": _LATER} if status in ("429", "503") else {}
        answers.setdefault(
            status,
            {
                "description": description,
                **later,
                "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )
