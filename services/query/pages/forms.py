"""Forms of the pages: read within limits, and only when our own page sent them."""

import hmac
import secrets
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request, Response
from markupsafe import Markup

from services.query.access.secret import signer_of
from services.query.access.visitor import parts_of
from services.runtime.http_problems import Problem

FIELD: Final = "form_token"
_COOKIE: Final = "form"
_PURPOSE: Final = "form"
_NONCE_BYTES: Final = 16
_MOST_BYTES: Final = 64 * 1024
_MOST_FIELDS: Final = 100
_KIND: Final = "application/x-www-form-urlencoded"


class FormMark:
    """The mark of one page's forms: a nonce in a cookie, its signature in a hidden field of each form."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._nonce = request.cookies.get(_COOKIE) or ""
        self._is_new = len(self._nonce) < _NONCE_BYTES
        self._is_used = False

    def field(self) -> Markup:
        """The hidden field for a form that is posted."""
        self._is_used = True
        if self._is_new and not self._nonce:
            self._nonce = secrets.token_urlsafe(_NONCE_BYTES)
        return Markup('<input type="hidden" name="{}" value="{}">').format(
            FIELD, _token(self._request, self._nonce)
        )

    def keep(self, response: Response) -> None:
        """Set the cookie when a form was marked by a nonce that the browser has not got yet."""
        if self._is_used and self._is_new:
            response.set_cookie(
                _COOKIE,
                self._nonce,
                path="/",
                httponly=True,
                secure=self._request.url.scheme == "https",
                samesite="lax",
            )


async def posted(request: Request) -> dict[str, str]:
    """The fields of a form that one of our pages sent, without its mark; of a name twice, the last.

    Raises Problem: 400 for what is no form, 403 for a form from elsewhere, 413, 415.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _KIND:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{_KIND} is needed")
    fields = await _fields(request)
    _check_origin(request)
    nonce = request.cookies.get(_COOKIE) or ""
    mark = fields.pop(FIELD, "")
    if not nonce or not hmac.compare_digest(_token(request, nonce).encode(), mark.encode()):
        raise Problem(HTTPStatus.FORBIDDEN, "the form is not of this site, or too old: load it again")
    return fields


async def _fields(request: Request) -> dict[str, str]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a form has at most {_MOST_BYTES} bytes")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "the form cannot be read") from error
    if any("\x00" in text for pair in pairs for text in pair):
        raise Problem(HTTPStatus.BAD_REQUEST, "a NUL character has no place in a form")
    return dict(pairs)


def _check_origin(request: Request) -> None:
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise Problem(HTTPStatus.FORBIDDEN, "the form comes from another site")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Problem(HTTPStatus.FORBIDDEN, "the form comes from another site")


def _token(request: Request, nonce: str) -> str:
    signer = signer_of(parts_of(request).settings)
    return hmac.digest(signer.key(_PURPOSE), nonce.encode(), "sha256").hex()
