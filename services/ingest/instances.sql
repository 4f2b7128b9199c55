-- name: write
INSERT INTO core.ingest_instances (instance, oldest_unlogged, seen_at)
VALUES (%(instance)s, %(oldest_unlogged)s, %(seen_at)s)
ON CONFLICT (instance) DO UPDATE SET oldest_unlogged = excluded.oldest_unlogged, seen_at = excluded.seen_at

-- name: remove
DELETE FROM core.ingest_instances WHERE instance = ANY(%(instances)s)
