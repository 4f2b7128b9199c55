"""Sessions, tokens, forms and lock-outs: what proves something, and what does not."""

import asyncio
import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from fastapi import Request, Response

from services.query.access.lockout import Lockout, address_of
from services.query.access.secret import signer_of
from services.query.access.signing import Signer
from services.query.access.signing_in import SignIn, _members, _visitor
from services.query.access.visitor import Visitor, sign_in, visitor_of
from services.query.pages.forms import FIELD, FormMark, posted
from services.runtime.http_problems import Problem
from tests.unit.query.pages.asked import asked, parts

SIGNER = Signer(b"a secret")
FORM = "application/x-www-form-urlencoded"


def cookies_of(response: Response) -> str:
    return "; ".join(
        value.decode().split(";")[0] for name, value in response.raw_headers if name == b"set-cookie"
    )


def test_a_token_says_what_was_signed_until_it_is_over() -> None:
    token = SIGNER.sign("session", {"customer_id": "C-1"}, until_ms=1_000)

    assert SIGNER.read("session", token, now_ms=999) == {"customer_id": "C-1"}
    assert SIGNER.read("session", token, now_ms=1_000) is None


@pytest.mark.parametrize(
    "change", ["purpose", "secret", "body", "mark", "nothing left", "no dot", "not ASCII"]
)
def test_a_token_that_was_changed_or_is_anothers_says_nothing(change: str) -> None:
    token = SIGNER.sign("session", {"customer_id": "C-1"}, until_ms=1_000)
    body, _, mark = token.partition(".")
    signer, purpose = SIGNER, "session"
    if change == "purpose":
        purpose = "sign-in"
    elif change == "secret":
        signer = Signer(b"another secret")
    else:
        token = {
            "body": f"{body[:-2]}AA.{mark}",
            "mark": f"{body}.{mark[:-2]}AA",
            "nothing left": "",
            "no dot": body,
            "not ASCII": f"ä{token}",
        }[change]

    assert signer.read(purpose, token, now_ms=0) is None


def test_a_session_is_read_back_from_its_cookie_and_from_no_other(tmp_path: Path) -> None:
    response = Response()
    sign_in(asked(home=tmp_path), response, Visitor("kaspi", "C-1"))
    cookie = cookies_of(response)

    assert visitor_of(asked(home=tmp_path, cookie=cookie)) == Visitor("kaspi", "C-1")
    assert visitor_of(asked(home=tmp_path, cookie=f"{cookie[:-3]}xyz")) is None
    assert visitor_of(asked(home=tmp_path / "other", cookie=cookie)) is None
    assert visitor_of(asked(home=tmp_path)) is None


def test_a_session_cookie_is_out_of_reach_of_scripts_and_other_sites(tmp_path: Path) -> None:
    response = Response()

    sign_in(asked(home=tmp_path), response, Visitor("kaspi", "C-1"))

    told = response.headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=lax" in told


def test_two_processes_of_one_home_sign_alike_and_the_key_is_readable_by_its_owner_only(
    tmp_path: Path,
) -> None:
    settings = parts(tmp_path).settings

    token = signer_of(settings).sign("session", {}, until_ms=10)

    assert Signer(signer_of(settings).secret).read("session", token, now_ms=0) == {}
    assert (tmp_path / "query.key").stat().st_mode & 0o777 == 0o600


def marked(home: Path, **headers: str) -> Request:
    """A form that one of our pages made, sent with these headers."""
    mark = FormMark(asked(home=home))
    token = str(mark.field()).split('value="')[1].split('"')[0]
    response = Response()
    mark.keep(response)
    told = {"content_type": FORM, "host": "shop.example", "cookie": cookies_of(response)} | headers
    return asked(home=home, method="POST", body=f"reason=too+late&{FIELD}={token}".encode(), **told)


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "http://shop.example"}, {"sec_fetch_site": "same-origin"}, {"sec_fetch_site": "none"}],
)
def test_a_form_of_ours_is_read(tmp_path: Path, headers: dict[str, str]) -> None:
    assert asyncio.run(posted(marked(tmp_path, **headers))) == {"reason": "too late"}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"cookie": "form=0123456789abcdef0123"},
    ],
)
def test_a_form_that_another_site_sends_is_refused_with_its_mark(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    with pytest.raises(Problem) as refused:
        asyncio.run(posted(marked(tmp_path, **headers)))

    assert refused.value.status is HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"reason=x", {}, HTTPStatus.FORBIDDEN),
        (b"reason=x&form_token=abc", {"cookie": "form=0123456789abcdef0123"}, HTTPStatus.FORBIDDEN),
        (b"reason=%00", {}, HTTPStatus.BAD_REQUEST),
        (b"reason=%ff", {}, HTTPStatus.BAD_REQUEST),
        (b"\xff=1", {}, HTTPStatus.BAD_REQUEST),
        (b"&".join(b"a=1" for _ in range(200)), {}, HTTPStatus.BAD_REQUEST),
        (b"a=" + b"x" * 70_000, {}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (b"{}", {"content_type": "application/json"}, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    ],
)
def test_any_other_form_is_refused(
    tmp_path: Path, body: bytes, headers: dict[str, str], status: HTTPStatus
) -> None:
    told = {"content_type": FORM, "host": "shop.example"} | headers

    with pytest.raises(Problem) as refused:
        asyncio.run(posted(asked(home=tmp_path, method="POST", body=body, **told)))

    assert refused.value.status is status


def test_an_address_that_guesses_is_locked_out_for_a_while_and_others_are_not(tmp_path: Path) -> None:
    now = [0.0]
    lockout = Lockout(tries=3, window=timedelta(minutes=10), now=lambda: now[0])
    guesser, other = asked(home=tmp_path), asked(home=tmp_path, address="203.0.113.10")
    for _ in range(3):
        lockout.check(guesser)
        lockout.failed(guesser)

    with pytest.raises(Problem) as refused:
        lockout.check(guesser)
    assert refused.value.status is HTTPStatus.TOO_MANY_REQUESTS
    assert refused.value.headers["Retry-After"] == "600"
    lockout.check(other)
    now[0] = 601
    lockout.check(guesser)


def test_a_household_is_one_address(tmp_path: Path) -> None:
    first = asked(home=tmp_path, address="2001:db8:1:2:aaaa::1")
    second = asked(home=tmp_path, address="2001:db8:1:2:bbbb::2")

    assert address_of(first) == address_of(second)
    assert address_of(asked(home=tmp_path, address="2001:db8:1:3::1")) != address_of(first)


def test_a_merchants_token_signs_its_own_customer_in_for_an_hour_at_most() -> None:
    members = {"customer_id": "C-1", "exp": 3_000}

    assert _visitor(members, "kaspi", now_ms=0) == Visitor("kaspi", "C-1")
    assert _visitor(members, "kaspi", now_ms=3_000_000) is None
    assert _visitor(members | {"exp": 3_601}, "kaspi", now_ms=0) is None
    assert _visitor(members | {"merchant": "other"}, "kaspi", now_ms=0) is None
    assert _visitor(members | {"merchant": "other"}, None, now_ms=0) == Visitor("other", "C-1")


@pytest.mark.parametrize(
    "members",
    [None, [], "x", {}, {"customer_id": "C-1"}, {"customer_id": "", "exp": 10}, {"customer_id": 5, "exp": 10},
     {"customer_id": "C\x00", "exp": 10}, {"customer_id": "C-1", "exp": "10"},
     {"customer_id": "C-1", "exp": True}, {"customer_id": "C-1", "exp": 10**30},
     {"customer_id": "C-1", "exp": 10, "merchant": 7}],
)  # fmt: skip
def test_a_token_with_anything_else_in_it_signs_nobody_in(members: object) -> None:
    assert _visitor(members, None, now_ms=0) is None


@pytest.mark.parametrize("payload", ["", "!!", "AA", "_w", urlsafe_b64encode(b"{").decode()])
def test_a_payload_that_is_no_json_says_nothing(payload: str) -> None:
    assert _members(payload) is None


def test_a_merchants_token_with_a_wrong_mark_is_nobodys(tmp_path: Path) -> None:
    reads = SignIn(SIGNER, parts(tmp_path).store)
    key_id = "6f1c9d0e-1111-4222-8333-444455556666"
    payload = urlsafe_b64encode(json.dumps({"customer_id": "C-1", "exp": 10}).encode()).decode().rstrip("=")
    mark = hmac.digest(b"another secret", f"v1.{key_id}.{payload}".encode(), hashlib.sha256).hex()

    found = asyncio.run(reads.visitor(f"v1.{key_id}.{payload}.{mark}", now_ms=0))

    assert found is None
