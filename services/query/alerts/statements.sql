-- name: lock
SELECT pg_try_advisory_lock(%(lock)s)

-- name: layout
SELECT layout FROM alerts.layout

-- name: has_schema
SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'alerts')

-- name: drop
DROP SCHEMA IF EXISTS alerts CASCADE

-- name: create
CREATE SCHEMA alerts;

CREATE TABLE alerts.layout (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    layout integer NOT NULL
);

CREATE TABLE alerts.progress (
    partition integer PRIMARY KEY,
    next_offset bigint NOT NULL
) WITH (fillfactor = 10);

-- `merchant`: the only tenant that may see it. `is_shared`: others have registered the number too, so what
-- was promised to whom is not told.
CREATE TABLE alerts.alerts (
    alert_id uuid PRIMARY KEY,
    told_ms bigint NOT NULL,
    partition integer NOT NULL,
    topic_offset bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    shipment text COLLATE "C" NOT NULL,
    order_id text COLLATE "C",
    customer_id text COLLATE "C",
    merchant text COLLATE "C",
    is_shared boolean NOT NULL,
    alert text NOT NULL
);

CREATE INDEX alerts_told ON alerts.alerts (told_ms, partition, topic_offset);
CREATE INDEX alerts_kind ON alerts.alerts (kind, told_ms, partition, topic_offset);
CREATE INDEX alerts_shipment ON alerts.alerts (shipment, told_ms, partition, topic_offset);
CREATE INDEX alerts_order_id ON alerts.alerts (order_id, told_ms, partition, topic_offset);
CREATE INDEX alerts_customer_id ON alerts.alerts (customer_id, told_ms, partition, topic_offset);
CREATE INDEX alerts_merchant ON alerts.alerts (merchant, told_ms, partition, topic_offset);
INSERT INTO alerts.layout (layout) VALUES ({layout})

-- name: progress
SELECT partition, next_offset FROM alerts.progress

-- name: pointer
SELECT current FROM core.pointer

-- name: move_on
INSERT INTO alerts.progress (partition, next_offset)
SELECT * FROM unnest(%(partitions)s::integer[], %(offsets)s::bigint[])
ON CONFLICT (partition) DO UPDATE SET next_offset = excluded.next_offset

-- name: add
-- Whose an alert is: the merchant's who alone has registered the number; of several the one whose order it
-- tells of, if what caused it was a scan, which all of them see. Their texts in binary: else each would be
-- quoted character by character.
WITH told AS (
    SELECT * FROM unnest(
        %(alert_ids)s::uuid[], %(told_ms)s::bigint[], %(partitions)s::integer[], %(offsets)s::bigint[],
        %(kinds)s::text[], %(shipments)s::text[], %(order_ids)s::text[], %(customer_ids)s::text[],
        %(causes)s::uuid[], %(alerts)b::text[]
    ) AS t (alert_id, told_ms, partition, topic_offset, kind, shipment, order_id, customer_id, cause, alert)
)
INSERT INTO alerts.alerts (
    alert_id, told_ms, partition, topic_offset, kind, shipment, order_id, customer_id, merchant, is_shared, alert
)
SELECT told.alert_id, told_ms, told.partition, topic_offset, kind, told.shipment, told.order_id, customer_id,
       CASE WHEN owners.merchants = 1 THEN owners.any_one
            WHEN owners.of_order = 1 AND cause.is_scan THEN owners.orders_one END,
       owners.merchants > 1, alert
FROM told
CROSS JOIN LATERAL (
    SELECT count(DISTINCT merchant) AS merchants, min(merchant) AS any_one,
           count(DISTINCT merchant) FILTER (WHERE order_id = told.order_id) AS of_order,
           min(merchant) FILTER (WHERE order_id = told.order_id) AS orders_one
    FROM (
        SELECT event::json -> 'data' ->> 'merchant' AS merchant, event::json -> 'data' ->> 'order_id' AS order_id
        FROM {model}.timeline
        WHERE timeline.shipment = told.shipment AND type = 'ShipmentRegistered'
    ) registrations
) owners
CROSS JOIN LATERAL (
    SELECT EXISTS (
        SELECT FROM {model}.timeline
        WHERE timeline.shipment = told.shipment AND event_id = told.cause AND type = 'ScanRecorded'
    ) AS is_scan
) cause
ON CONFLICT (alert_id) DO NOTHING

-- name: forget
DELETE FROM alerts.alerts WHERE told_ms < %(before_ms)s
