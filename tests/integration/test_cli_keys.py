"""`shiplog keys` on a real database: a key is made, listed without its secret, and taken back."""

from tests.e2e.running import Place


def test_a_key_is_made_listed_without_its_secret_and_taken_back(place: Place) -> None:
    place.shiplog("migrate")

    made = place.shiplog("keys", "create", "--name", "shop", "--role", "writer", "--merchant", "north").value
    listed = place.shiplog("keys", "list").lines
    gone = place.shiplog("keys", "revoke", made["id"]).value
    again = place.shiplog("keys", "revoke", made["id"])
    after = place.shiplog("keys", "list").lines

    assert made["key"].startswith("sl_")
    assert [(key["id"], key["role"], key["merchant"], key["revoked_at"]) for key in listed] == [
        (made["id"], "writer", "north", None)
    ]
    assert made["key"] not in str(listed)
    assert made["key"].encode() not in place.query("SELECT key_sha256 FROM core.api_keys")[0][0]
    assert gone == {"id": made["id"], "name": "shop", "revoked": True}
    assert again.code == 0
    assert after[0]["revoked_at"] is not None


def test_a_key_that_does_not_exist_is_a_no_and_a_role_that_does_not_is_usage(place: Place) -> None:
    place.shiplog("migrate")

    unknown = place.shiplog("keys", "revoke", "00000000-0000-0000-0000-000000000000")
    wrong = place.shiplog("keys", "create", "--name", "x", "--role", "king")
    nul = place.shiplog("keys", "create", "--name", "", "--role", "reader")

    assert (unknown.code, wrong.code, nul.code) == (1, 2, 2)
    assert "unknown_key" in unknown.err.splitlines()[-1]
