-- name: owners
SELECT DISTINCT shipment, event::json -> 'data' ->> 'merchant' FROM {model}.timeline
WHERE shipment = ANY(%(shipments)s) AND type = 'ShipmentRegistered'

-- name: last_change
SELECT max(src_offset) FROM {model}.timeline WHERE shipment = %(shipment)s AND change IS NOT NULL

-- name: as_it_stood
-- The timeline as it was read when `upto` had been folded: one row per fact, the copy that counted then.
SELECT DISTINCT ON (event_id) event::json, change::json,
       to_char(min(recorded_at) OVER (PARTITION BY event_id) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
FROM {model}.timeline WHERE shipment = %(shipment)s AND src_offset <= %(upto)s
ORDER BY event_id, mapping_version DESC, digest
