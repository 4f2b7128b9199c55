-- Pages of exports, each from the first key behind the one before. `{search}` is the schema of the index,
-- `{model}` the current model's.
-- name: of_all
SELECT shipment, view::text, partition, version FROM {model}.read_shipments
WHERE shipment >= %(first)s ORDER BY shipment LIMIT %(limit)s

-- name: of_customer
SELECT i.shipment, coalesce(i.view, m.view::text), m.partition, m.version
FROM {search}.shipments i JOIN {model}.read_shipments m ON m.shipment = i.shipment
WHERE i.is_house AND i.customer_id = %(customer_id)s AND i.shipment >= %(first)s
ORDER BY i.shipment LIMIT %(limit)s

-- name: of_merchant
SELECT i.shipment, coalesce(i.view, m.view::text), m.partition, m.version
FROM {search}.shipments i JOIN {model}.read_shipments m ON m.shipment = i.shipment
WHERE i.merchant = %(merchant)s AND i.merchant <> '' AND i.shipment >= %(first)s
ORDER BY i.shipment LIMIT %(limit)s

-- name: of_merchants_customer
SELECT i.shipment, coalesce(i.view, m.view::text), m.partition, m.version
FROM {search}.shipments i JOIN {model}.read_shipments m ON m.shipment = i.shipment
WHERE i.merchant = %(merchant)s AND i.merchant <> '' AND i.customer_id = %(customer_id)s AND i.shipment >= %(first)s
ORDER BY i.shipment LIMIT %(limit)s

-- name: timeline_of
SELECT partition, src_offset, shipment, event_id::text, type, recorded_at, event::text, change::text
FROM {model}.read_timeline WHERE shipment = ANY(%(shipments)s) ORDER BY shipment, src_offset
