-- name: clock_mode
SELECT mode FROM core.clock

-- name: server_clock
SELECT clock_timestamp()

-- name: instances
SELECT instance, oldest_unlogged, seen_at FROM core.ingest_instances

-- name: checkpoints
SELECT partition, next_offset FROM {model}.read_checkpoints

-- name: due
-- A page, so that rows which cannot be proposed yet never hide the ones behind them.
SELECT shipment, partition, version, wake_at, carrier
FROM {model}.read_shipments
WHERE wake_at <= %(now)s AND (wake_at, shipment) > (%(after_wake)s, %(after_shipment)s)
ORDER BY wake_at, shipment
LIMIT %(limit)s

-- name: backlog
SELECT count(*) FROM {model}.read_shipments WHERE wake_at <= %(now)s

-- name: facts
-- Every copy of a fact, not the winning one alone: a scan's smallest recorded_at bears on rule R17.
SELECT shipment, event FROM {model}.timeline WHERE shipment = ANY(%(shipments)s) ORDER BY partition, src_offset

-- name: rearm
-- Compare and set: an event folded meanwhile has moved the version or the alarm, and knows better.
UPDATE {model}.shipments SET wake_at = %(wake_at)s
WHERE shipment = %(shipment)s AND version = %(version)s AND wake_at = %(was)s

-- name: open_parcels
SELECT carrier, count(*) FROM {model}.read_shipments WHERE wake_at IS NOT NULL GROUP BY carrier

-- name: heard_since
SELECT split_part(shipment, ':', 1) AS carrier, max(recorded_at), max(src_offset)
FROM {model}.timeline
WHERE partition = %(partition)s AND src_offset > %(after)s AND type <> 'DeadlinePassed'
GROUP BY 1

-- name: heard_of
SELECT max(recorded_at) FROM {model}.timeline
WHERE shipment > %(carrier)s || ':' AND shipment < %(carrier)s || ';' AND type <> 'DeadlinePassed'
