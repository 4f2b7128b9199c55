-- name: lock
SELECT pg_try_advisory_lock(%(lock)s)

-- name: settings
SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET work_mem = '32MB'

-- name: isolate
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ

-- name: pointer
SELECT current FROM core.pointer

-- name: serving
SELECT number, layout FROM search.serving

-- name: serve
INSERT INTO search.serving (number, layout) VALUES (%(number)s, %(layout)s)
ON CONFLICT (only_row) DO UPDATE SET number = excluded.number, layout = excluded.layout

-- name: can_serve
SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %(schema)s)

-- name: others
SELECT nspname FROM pg_namespace WHERE nspname ~ '^search_[0-9]{1,9}$' AND nspname <> ALL (%(kept)s)

-- name: drop
DROP SCHEMA IF EXISTS {search} CASCADE

-- name: start
INSERT INTO {search}.progress (partition, next_offset) SELECT partition, next_offset FROM {model}.checkpoints

-- name: standing
-- Where index and model stand; `has_gone_back`: the log is another one, the index worthless.
SELECT c.partition, p.next_offset, c.next_offset, coalesce(p.next_offset > c.next_offset, true) AS has_gone_back
FROM {model}.checkpoints c LEFT JOIN {search}.progress p ON p.partition = c.partition
ORDER BY c.partition

-- name: touched
SELECT src_offset, shipment FROM {model}.timeline
WHERE partition = %(partition)s AND src_offset >= %(start)s AND src_offset < %(end)s
ORDER BY src_offset LIMIT %(limit)s

-- name: moved
UPDATE {search}.progress SET next_offset = %(end)s WHERE partition = %(partition)s

-- name: views
SELECT shipment, view FROM {model}.shipments WHERE shipment = ANY(%(shipments)s) ORDER BY shipment

-- name: next_views
SELECT shipment, view FROM {model}.shipments WHERE shipment > %(after)s ORDER BY shipment LIMIT %(limit)s

-- name: registrations
SELECT shipment, event, type = 'EventRetracted' FROM {model}.timeline
WHERE shipment = ANY(%(shipments)s) AND type IN ('ShipmentRegistered', 'EventRetracted')
ORDER BY shipment, event_id, src_offset

-- name: collect_registrations
-- Once over the whole timeline instead of once per shipment.
CREATE TEMPORARY TABLE collected AS
SELECT shipment, event, type, event_id, src_offset FROM {model}.timeline
WHERE type IN ('ShipmentRegistered', 'EventRetracted')

-- name: index_collected
CREATE INDEX collected_shipment ON collected (shipment); ANALYZE collected

-- name: collected
SELECT shipment, event, type = 'EventRetracted' FROM collected
WHERE shipment = ANY(%(shipments)s)
ORDER BY shipment, event_id, src_offset

-- name: drop_collected
DROP TABLE IF EXISTS collected

-- name: timelines
SELECT shipment, event::text, change::text,
       to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
FROM {model}.read_timeline WHERE shipment = ANY(%(shipments)s) ORDER BY shipment, event_id

-- name: stage
CREATE TEMPORARY TABLE IF NOT EXISTS staged_shipments (LIKE {search}.shipments) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS staged_words (LIKE {search}.words) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS staged_orders (LIKE {search}.orders) ON COMMIT DELETE ROWS

-- name: stage_shipments
COPY staged_shipments FROM STDIN

-- name: stage_words
COPY staged_words FROM STDIN

-- name: stage_orders
COPY staged_orders FROM STDIN

-- name: copy_shipments
COPY {search}.shipments FROM STDIN

-- name: copy_words
COPY {search}.words FROM STDIN

-- name: copy_orders
COPY {search}.orders FROM STDIN

-- name: forget_shipments
DELETE FROM {search}.shipments s WHERE s.shipment = ANY(%(shipments)s)
AND NOT EXISTS (SELECT FROM staged_shipments n WHERE n.shipment = s.shipment AND n.merchant = s.merchant)

-- name: forget_words
DELETE FROM {search}.words w WHERE w.shipment = ANY(%(shipments)s)
AND NOT EXISTS (SELECT FROM staged_words n WHERE n.shipment = w.shipment AND n.merchant = w.merchant)

-- name: forget_orders
DELETE FROM {search}.orders o WHERE o.shipment = ANY(%(shipments)s)
AND NOT EXISTS (SELECT FROM staged_orders n WHERE n = o)

-- name: keep_shipments
-- What is the same is not written: most of what moves a checkpoint moves only a count.
INSERT INTO {search}.shipments AS s SELECT * FROM staged_shipments
ON CONFLICT (shipment, merchant) DO UPDATE SET
    is_house = excluded.is_house, carrier = excluded.carrier, milestone = excluded.milestone,
    status = excluded.status, tags = excluded.tags, order_id = excluded.order_id,
    customer_id = excluded.customer_id, origin = excluded.origin, destination = excluded.destination,
    last_at = excluded.last_at, expected = excluded.expected, registered_at = excluded.registered_at,
    delivered_at = excluded.delivered_at, deadline = excluded.deadline, is_open = excluded.is_open,
    slip = excluded.slip, kept = excluded.kept, first_kept = excluded.first_kept, is_past = excluded.is_past,
    view = excluded.view
WHERE s IS DISTINCT FROM excluded

-- name: keep_words
INSERT INTO {search}.words AS w SELECT * FROM staged_words
ON CONFLICT (shipment, merchant) DO UPDATE SET
    is_house = excluded.is_house, last_at = excluded.last_at, terms = excluded.terms
WHERE w IS DISTINCT FROM excluded

-- name: keep_orders
INSERT INTO {search}.orders SELECT * FROM staged_orders ON CONFLICT DO NOTHING
