-- name: shipment
SELECT view FROM {model}.read_shipments WHERE shipment = %(shipment)s

-- name: registered_by
SELECT DISTINCT shipment FROM {model}.timeline
WHERE shipment = ANY(%(shipments)s) AND type = 'ShipmentRegistered'
  AND event::json -> 'data' ->> 'merchant' = %(merchant)s

-- name: timeline
-- One row per fact; recorded_at is the least of its copies.
SELECT event, change, to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
FROM {model}.read_timeline WHERE shipment = %(shipment)s
