-- name: pointer
SELECT current FROM core.pointer

-- name: shipment
SELECT view::text, partition, version FROM {model}.read_shipments WHERE shipment = %(shipment)s

-- name: timeline
-- One row per fact; recorded_at is the least of its copies.
SELECT event, change, to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
FROM {model}.read_timeline WHERE shipment = %(shipment)s
