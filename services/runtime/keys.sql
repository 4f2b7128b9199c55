-- name: key_of
SELECT name, role, merchant FROM core.api_keys WHERE key_sha256 = %(key_sha256)s AND revoked_at IS NULL

-- name: give_out
INSERT INTO core.api_keys (key_sha256, name, created_at, role, merchant)
VALUES (%(key_sha256)s, %(name)s, now(), %(role)s, %(merchant)s)
RETURNING key_id::text

-- name: list
SELECT key_id::text, name, role, merchant, created_at, revoked_at FROM core.api_keys ORDER BY created_at, key_id

-- name: revoke
UPDATE core.api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE key_id::text = %(key_id)s RETURNING name
