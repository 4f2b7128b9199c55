"""A page as it goes out: template, texts, times and assets put together, with the headers that guard it."""

from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.query.access.visitor import is_open, is_signed_in, visitor_of
from services.query.pages import times
from services.query.pages.assets import asset_path
from services.query.pages.carriers import carrier_named
from services.query.pages.forms import FormMark
from services.query.pages.reader import Reader, reader_of, remember_choice
from services.query.pages.texts import LANGUAGES, texts_of
from services.runtime.clock import WallClock
from services.runtime.http_problems import Problem, problem_response

GUARDS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # the address of a granted page is itself the grant: it is told to no other site
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "private, no-store",
    "Vary": "Accept, Accept-Language, Cookie",
}

_TEMPLATES: Final = Path(__file__).with_name("templates")


def page(request: Request, template: str, *, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response:
    """The template as an answer; in it besides `values`: `t`, `moment`, `day`, `local`, `since`, `asset`,
    `form_mark`, `lang`, `languages`, `zone`, `visitor`, `path` and the rest of `_around`.
    """
    reader = reader_of(request)
    mark = FormMark(request)
    text = _environment().get_template(template).render(_around(request, reader, mark) | values)
    response = Response(text, status, headers=GUARDS, media_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = reader.language
    mark.keep(response)
    remember_choice(request, response)
    return response


def trouble(request: Request, problem: Problem, *, template: str = "trouble.html", **values: Any) -> Response:
    """The problem as a page for a browser, as problem details for anybody else."""
    if "text/html" not in request.headers.get("accept", ""):
        return problem_response(problem)
    response = page(request, template, status=problem.status, problem=problem, **values)
    response.headers.update(problem.headers)
    return response


def _around(request: Request, reader: Reader, mark: FormMark) -> dict[str, Any]:
    texts = texts_of(reader.language)
    return {
        "t": texts,
        "moment": partial(times.moment, reader=reader, texts=texts),
        "day": partial(times.day, reader=reader),
        "local": partial(times.local, reader=reader),
        "span": partial(times.span, reader=reader),
        "carrier_named": carrier_named,
        "since": partial(times.since, now=WallClock().now(), reader=reader),
        "asset": asset_path,
        "form_mark": mark.field,
        "lang": reader.language,
        "languages": LANGUAGES,
        "zone": reader.zone,
        "visitor": visitor_of(request),
        "is_open": is_open(request),
        "is_signed_in": is_signed_in(request),
        "path": request.url.path,
        "here": partial(_here, request),
    }


def _here(request: Request, **changes: str | None) -> str:
    """The page's own address with some parameters set, or left out where None."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in changes]
    pairs = kept + [(name, value) for name, value in changes.items() if value is not None]
    return f"{request.url.path}?{urlencode(pairs)}" if pairs else request.url.path


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
