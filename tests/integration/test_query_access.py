"""Who sees a parcel: links that grant one, sign-in by link and by the merchant's own token, nobody else."""

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import psycopg
import pytest

from services.cli.local.stack import Stack
from services.query.access import routes as access
from services.query.access.lockout import Lockout
from services.query.pages import routes as pages
from services.query.pages.track import granted
from services.query.shipments import routes as shipments
from services.runtime.http_auth import Role
from tests.builders import hour, scan
from tests.integration.query_stand import Projected, Served, fresh_database, key_for, order_of, served

Json = dict[str, Any]
FEATURES = (shipments.add_to, access.add_to, pages.add_to)
HTML = {"Accept": "text/html"}
KEY = "ups:1Z999AA10123456784"
MENDED = "acme:MENDED"
NUMBER = KEY.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Shop:
    """A read side that asks for keys, with one parcel of customer C-1 of the merchant kaspi in it."""

    served: Served
    url: str

    @property
    def client(self) -> httpx.Client:
        return self.served.client

    def key(self, merchant: str | None = "kaspi", role: Role = Role.WRITER) -> dict[str, str]:
        return key_for(self.url, merchant, role)

    def link(self, headers: dict[str, str], **wanted: Any) -> Json:
        answer = self.client.post(f"/v1/shipments/{KEY}/links", json=wanted, headers=headers)
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        return made

    def visitor(self) -> httpx.Client:
        """Somebody else's browser."""
        return httpx.Client(base_url=self.client.base_url, timeout=20, headers=HTML)

    def sign_in(self, token: str) -> httpx.Client:
        """A browser after it opened the link to sign in."""
        browser = self.visitor()
        browser.get("/sign-in", params={"token": token}, follow_redirects=False)
        return browser


@pytest.fixture(scope="module")
def shop(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    home: Path = tmp_path_factory.mktemp("shop")
    with fresh_database(stack) as url:
        model = Projected(url)
        told: Json = {"carrier": "ups", "number": NUMBER}
        picked_up = scan("picked_up", at=hour(5), location={"city": "Almaty", "country": "KZ"}, **told)
        picked_up["raw"] = {"code": "PU", "text": "Collected from A. SMITH"}
        model.tell(order_of("kaspi", "O-1", customer_id="C-1", told=told), picked_up)
        model.tell(scan("picked_up", at=hour(5), carrier="acme", number="A/B#%?&;"))
        for version, city in ((1, "Almaty"), (2, "Astana")):
            place = {"city": city}
            mended: Json = {"carrier": "acme", "number": "MENDED", "code": "X", "mapping_version": version}
            model.tell(scan("in_transit", at=hour(5), location=place, **mended))
        with ExitStack() as opened:
            # wrong tokens of one test must not lock out the next: all come from one address
            with patch.object(granted, "Lockout", partial(Lockout, tries=1_000)):
                running = opened.enter_context(served(url, home, features=FEATURES, keys=True))
            yield Shop(running, url)
        model.close()


def merchant_token(secret: str, key_id: str, members: Json) -> str:
    """As a merchant makes it, by docs/sign-in.md."""
    payload = urlsafe_b64encode(json.dumps(members).encode()).decode().rstrip("=")
    signed = f"v1.{key_id}.{payload}"
    return f"{signed}.{hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()}"


def test_a_link_opens_its_parcel_and_nothing_personal(shop: Shop) -> None:
    made = shop.link(shop.key())

    answer = shop.visitor().get(made["url"])

    assert answer.status_code == 200
    assert "Handed to the carrier" in answer.text
    assert "O-1" not in answer.text
    assert "C-1" not in answer.text
    assert "SMITH" not in answer.text
    assert len(made["token"]) == 22


def test_a_link_opens_no_other_page(shop: Shop) -> None:
    made = shop.link(shop.key())
    browser = shop.visitor()

    assert browser.get(made["url"]).status_code == 200
    assert browser.get(f"/track/{KEY}").status_code == 404
    assert browser.get(f"/v1/shipments/{KEY}").status_code == 401


def test_the_token_is_kept_as_its_hash_only(shop: Shop) -> None:
    made = shop.link(shop.key())

    with psycopg.connect(shop.url) as conn:
        rows = conn.execute("SELECT * FROM core.capability_links").fetchall()

    assert made["token"] not in repr(rows)
    assert hashlib.sha256(made["token"].encode()).digest() in [row[0] for row in rows]


def test_a_link_that_was_taken_back_or_is_over_opens_nothing(shop: Shop) -> None:
    writer = shop.key()
    taken, over = shop.link(writer), shop.link(writer)

    assert shop.client.delete(f"/v1/links/{taken['link_id']}", headers=writer).status_code == 204
    with psycopg.connect(shop.url, autocommit=True) as conn:
        conn.execute(
            "UPDATE core.capability_links SET expires_at = now() - interval '1 second' WHERE link_id = %s",
            [over["link_id"]],
        )

    browser = shop.visitor()
    for made in (taken, over):
        answer = browser.get(made["url"])
        assert answer.status_code == 404
        assert "Nothing here" in answer.text


def test_links_are_listed_and_taken_back_by_their_tenant_and_the_house_only(shop: Shop) -> None:
    own, other, house = shop.key(), shop.key("other"), shop.key(None)
    made = shop.link(own)
    one = f"/v1/links/{made['link_id']}"

    listed = shop.client.get("/v1/links", params={"shipment": KEY}, headers=own).json()["items"]
    assert made["link_id"] in [link["link_id"] for link in listed]
    assert all("token" not in link for link in listed)
    assert shop.client.get("/v1/links", headers=other).json()["items"] == []
    assert shop.client.get(one, headers=other).status_code == 404
    assert shop.client.delete(one, headers=other).status_code == 404
    assert shop.client.get(one, headers=house).status_code == 200


@pytest.mark.parametrize(
    ("merchant", "role", "status"),
    [("other", Role.WRITER, 404), ("kaspi", Role.READER, 403), (None, Role.WRITER, 201)],
)
def test_only_who_may_write_and_sees_the_parcel_makes_a_link(
    shop: Shop, merchant: str | None, role: Role, status: int
) -> None:
    answer = shop.client.post(f"/v1/shipments/{KEY}/links", json={}, headers=shop.key(merchant, role))

    assert answer.status_code == status


@pytest.mark.parametrize(
    "body", [{"expires_in": 0}, {"expires_in": 10**12}, {"expires_in": "x"}, {"more": 1}, [], "x"]
)
def test_a_wish_that_makes_no_sense_is_refused(shop: Shop, body: Any) -> None:
    answer = shop.client.post(f"/v1/shipments/{KEY}/links", json=body, headers=shop.key())

    assert answer.status_code == 400


@pytest.mark.parametrize("key", ["nothing", "ups:%00", "ups:%ED%A0%80", "ups:" + "9" * 500, "%F0%9F%93%A6:1"])
def test_a_link_to_no_parcel_is_not_made(shop: Shop, key: str) -> None:
    answer = shop.client.post(f"/v1/shipments/{key}/links", json={}, headers=shop.key())

    assert answer.status_code == 404


def test_who_guesses_tokens_is_locked_out(stack: Stack, tmp_path: Path) -> None:
    with fresh_database(stack) as url:
        Projected(url).close()
        with served(url, tmp_path, features=FEATURES, keys=True) as running:
            browser = httpx.Client(base_url=running.client.base_url, headers=HTML, timeout=20)
            answers = [browser.get(f"/t/{n:022d}").status_code for n in range(10)]
            locked = browser.get(f"/t/{11:022d}")
            signing_in = browser.get("/sign-in", params={"token": "x"})
            without_token = browser.get("/sign-in")

    assert answers == [404] * 10
    assert locked.status_code == signing_in.status_code == 429
    assert without_token.status_code == 401
    assert 0 < int(locked.headers["Retry-After"]) <= 600
    assert "Too many tries" in locked.text


def test_a_customer_who_signs_in_by_link_sees_the_own_parcel(shop: Shop) -> None:
    made = shop.client.post("/v1/sign-in-links", json={"customer_id": "C-1"}, headers=shop.key()).json()
    browser = shop.visitor()

    answer = browser.get(made["url"], follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/orders"
    assert browser.get(f"/track/{KEY}").status_code == 200
    found = browser.get("/", params={"number": NUMBER}, follow_redirects=False)
    assert found.headers["Location"] == f"/track/{KEY}"


@pytest.mark.parametrize(("merchant", "customer_id"), [("kaspi", "C-2"), ("other", "C-1")])
def test_a_customer_sees_nobody_elses_parcel(shop: Shop, merchant: str, customer_id: str) -> None:
    body = {"customer_id": customer_id}
    made = shop.client.post("/v1/sign-in-links", json=body, headers=shop.key(merchant)).json()
    browser = shop.visitor()
    browser.get(made["url"], follow_redirects=False)

    assert browser.get(f"/track/{KEY}").status_code == 404
    assert browser.get(f"/track-live/{KEY}").status_code == 404
    found = browser.get("/", params={"number": NUMBER}, follow_redirects=False)
    assert found.status_code == 200
    assert "we have no parcel with it yet" in found.text


def test_who_has_not_signed_in_is_not_told_whether_a_number_is_known(shop: Shop) -> None:
    browser = shop.visitor()

    known = browser.get("/", params={"number": NUMBER}).text
    unknown = browser.get("/", params={"number": "1Z999AA10123456793"}).text

    assert browser.get(f"/track/{KEY}").status_code == 404
    assert "open the link in your shop" in known
    assert known.replace(NUMBER, "") == unknown.replace("1Z999AA10123456793", "")


def test_a_session_ends_when_the_customer_signs_out(shop: Shop) -> None:
    made = shop.client.post("/v1/sign-in-links", json={"customer_id": "C-1"}, headers=shop.key()).json()
    browser = shop.visitor()
    browser.get(made["url"], follow_redirects=False)
    mark = browser.get(f"/track/{KEY}").text.split('name="form_token" value="')[1].split('"')[0]

    assert browser.post("/sign-out", data={"form_token": "wrong"}).status_code == 403
    assert browser.get(f"/track/{KEY}").status_code == 200
    assert browser.post("/sign-out", data={"form_token": mark}).status_code == 303
    assert browser.get(f"/track/{KEY}").status_code == 404


def test_a_tenant_signs_in_its_own_customers_only(shop: Shop) -> None:
    body = {"customer_id": "C-1", "merchant": "kaspi"}

    assert shop.client.post("/v1/sign-in-links", json=body, headers=shop.key("other")).status_code == 403
    assert shop.client.post("/v1/sign-in-links", json=body, headers=shop.key(None)).status_code == 201
    reader = shop.key("kaspi", Role.READER)
    assert shop.client.post("/v1/sign-in-links", json=body, headers=reader).status_code == 403


def test_a_merchants_own_token_signs_in_until_its_key_is_taken_back(shop: Shop) -> None:
    told = shop.client.get("/v1/sign-in-secret", headers=shop.key()).json()
    members = {"customer_id": "C-1", "exp": int(time.time()) + 600}
    token = merchant_token(told["secret"], told["key_id"], members)

    assert shop.sign_in(token).get(f"/track/{KEY}").status_code == 200
    forged = merchant_token("another secret", told["key_id"], members)
    assert shop.sign_in(forged).get(f"/track/{KEY}").status_code == 404
    with psycopg.connect(shop.url, autocommit=True) as conn:
        conn.execute("UPDATE core.api_keys SET revoked_at = now() WHERE key_id::text = %s", [told["key_id"]])
    assert shop.sign_in(token).get(f"/track/{KEY}").status_code == 404


def test_staff_see_a_page_with_their_key(shop: Shop) -> None:
    assert shop.client.get(f"/track/{KEY}", headers=shop.key(role=Role.READER) | HTML).status_code == 200
    assert shop.client.get(f"/track/{KEY}", headers=shop.key("other") | HTML).status_code == 404
    assert shop.client.get(f"/track/{KEY}", headers={"X-API-Key": "wrong"} | HTML).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/?number=%00", "/?number=%ED%A0%80", "/track/ups:%00", "/track/%ED%A0%80", "/track/ups:" + "9" * 3000,
     "/t/%00", "/t/%C3%A4", "/t/" + "x" * 5000, "/sign-in?token=%00", "/sign-in?token=" + "a.b" * 3000,
     "/sign-in?token=v1.6f1c9d0e-1111-4222-8333-444455556666.AA." + "0" * 64, "/static/none.css",
     "/?lang=%00&zone=..%2F", "/track/:", "/track/ups:", "/?number=:", "/?number=ups%3A"],
)  # fmt: skip
def test_nothing_in_an_address_is_an_error_of_ours(shop: Shop, path: str) -> None:
    answer = shop.client.get(path, headers=shop.key() | HTML)

    assert answer.status_code < 500


@pytest.mark.parametrize(
    "cookie",
    ["session=x", "session=a.b.c", "form=\xff", "lang=xx; zone=Mars/Phobos", "session=" + "y" * 9000],
)
def test_no_cookie_is_an_error_of_ours(shop: Shop, cookie: str) -> None:
    answer = shop.visitor().get("/", headers={b"Cookie": cookie.encode("latin-1")})

    assert answer.status_code < 500


def test_a_corrected_message_says_what_it_said_before(shop: Shop) -> None:
    answer = shop.client.get(f"/track/{MENDED}", headers=shop.key(None) | HTML)

    assert answer.status_code == 200
    assert "Corrected; before it said: On its way, Almaty" in answer.text
    assert "What was corrected" in answer.text


def test_a_number_with_signs_in_it_is_found_and_followed_to_its_page(shop: Shop) -> None:
    answer = shop.client.get(
        "/", params={"number": "a/b#%?&;"}, headers=shop.key(None) | HTML, follow_redirects=True
    )

    assert answer.status_code == 200
    assert "Handed to the carrier" in answer.text
    assert "/track-live/acme:A%2FB%23%25%3F%26%3B" in answer.text


def test_a_program_is_told_of_trouble_as_problem_details(shop: Shop) -> None:
    answer = shop.client.get(f"/track/{KEY}", headers={"Accept": "application/json"})

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_every_page_is_guarded_and_the_assets_are_kept_for_ever(shop: Shop) -> None:
    answer = shop.visitor().get("/")

    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "style=" not in answer.text
    for mark in ('href="/static/', 'src="/static/'):
        path = "/static/" + answer.text.split(mark)[1].split('"')[0]
        asset = shop.client.get(path)
        assert "immutable" in asset.headers["Cache-Control"]
        again = shop.client.get(path, headers={"If-None-Match": asset.headers["ETag"]})
        assert again.status_code == 304


def test_a_page_says_that_the_records_do_not_answer_and_keeps_its_manners(tmp_path: Path) -> None:
    with served(
        "postgresql://127.0.0.1:1/none?connect_timeout=1", tmp_path, features=(pages.add_to,)
    ) as away:
        answer = away.client.get(f"/track/{KEY}", headers=HTML)
        start = away.client.get("/", headers=HTML)

    assert answer.status_code == 503
    assert "Nothing is lost" in answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert start.status_code == 200
