-- name: known
SELECT subject, key_id::text, wrapped FROM core.data_keys WHERE subject = ANY(%(subjects)s)

-- name: add
INSERT INTO core.data_keys (key_id, subject, wrapped, created_at)
SELECT v.key_id, v.subject, v.wrapped, now()
FROM unnest(%(ids)s::uuid[], %(subjects)s::text[], %(wrapped)s::bytea[]) AS v (key_id, subject, wrapped)
ON CONFLICT (subject) DO NOTHING
