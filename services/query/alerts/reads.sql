-- name: alerts
-- The newest first, behind a place.
SELECT told_ms, partition, topic_offset, is_shared, alert FROM alerts.alerts
WHERE (told_ms, partition, topic_offset) < (%(told_ms)s, %(partition)s, %(topic_offset)s)
  AND told_ms >= %(since_ms)s
  AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
  AND (%(shipment)s::text IS NULL OR shipment = %(shipment)s)
  AND (%(order_id)s::text IS NULL OR order_id = %(order_id)s)
  AND (%(customer_id)s::text IS NULL OR customer_id = %(customer_id)s)
  AND (%(merchant)s::text IS NULL OR merchant = %(merchant)s)
ORDER BY told_ms DESC, partition DESC, topic_offset DESC
LIMIT %(most)s
