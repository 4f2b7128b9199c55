-- name: stored
SELECT s.said, (SELECT array_agg(event ORDER BY src_offset) FROM model_1.timeline t WHERE t.shipment = s.shipment)
FROM model_1.shipments s WHERE s.shipment = %s

-- name: insert
INSERT INTO model_1.timeline (partition, src_offset, shipment, event_id, type, mapping_version, digest,
                              recorded_at, event, change)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING

-- name: upsert
INSERT INTO model_1.shipments (shipment, partition, version, carrier, milestone, status, leg_no, use_no,
                               order_id, customer_id, view, said, wake_at, hash)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (shipment) DO UPDATE SET
    version = excluded.version, milestone = excluded.milestone, status = excluded.status,
    leg_no = excluded.leg_no, use_no = excluded.use_no, order_id = excluded.order_id,
    customer_id = excluded.customer_id, view = excluded.view, said = excluded.said,
    wake_at = excluded.wake_at

-- name: copy_timeline
COPY model_1.timeline (partition, src_offset, shipment, event_id, type, mapping_version, digest,
                       recorded_at, event, change) FROM STDIN

-- name: stage
CREATE TEMPORARY TABLE staged (LIKE model_1.shipments) ON COMMIT DELETE ROWS

-- name: copy_staged
COPY staged FROM STDIN

-- name: upsert_staged
INSERT INTO model_1.shipments SELECT * FROM staged
ON CONFLICT (shipment) DO UPDATE SET
    version = excluded.version, milestone = excluded.milestone, status = excluded.status,
    leg_no = excluded.leg_no, use_no = excluded.use_no, order_id = excluded.order_id,
    customer_id = excluded.customer_id, view = excluded.view, said = excluded.said,
    wake_at = excluded.wake_at

-- name: advance
UPDATE model_1.checkpoints SET next_offset = %s WHERE partition = %s
