-- name: make
INSERT INTO core.capability_links (token_sha256, link_id, shipment, merchant, created_by, created_at, expires_at)
VALUES (%(token_sha256)s, %(link_id)s, %(shipment)s, %(merchant)s, %(created_by)s, %(now)s, %(expires_at)s)

-- name: grant_of
SELECT shipment, merchant, expires_at FROM core.capability_links
WHERE token_sha256 = %(token_sha256)s AND revoked_at IS NULL AND expires_at > %(now)s

-- name: list
-- Of a tenant its own; `shipment` and `link_id` narrow it where they are given.
SELECT link_id::text, shipment, merchant, created_by, created_at, expires_at, revoked_at
FROM core.capability_links
WHERE (%(merchant)s::text IS NULL OR merchant = %(merchant)s)
  AND (%(shipment)s::text IS NULL OR shipment = %(shipment)s)
  AND (%(link_id)s::uuid IS NULL OR link_id = %(link_id)s::uuid)
ORDER BY created_at DESC, link_id
LIMIT %(limit)s

-- name: revoke
UPDATE core.capability_links SET revoked_at = coalesce(revoked_at, %(now)s)
WHERE link_id = %(link_id)s AND (%(merchant)s::text IS NULL OR merchant = %(merchant)s)
RETURNING link_id::text

-- name: key_by_hash
SELECT key_id::text, role, merchant FROM core.api_keys WHERE key_sha256 = %(key_sha256)s AND revoked_at IS NULL

-- name: key_by_id
SELECT key_id::text, role, merchant FROM core.api_keys WHERE key_id = %(key_id)s AND revoked_at IS NULL
