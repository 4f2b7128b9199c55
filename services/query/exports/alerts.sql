-- name: place
SELECT told_ms, partition, topic_offset FROM alerts.alerts
WHERE alert_id = %(alert_id)s::uuid AND (%(merchant)s::text IS NULL OR merchant = %(merchant)s)

-- name: behind
-- The oldest first: what is told later comes behind.
SELECT told_ms, partition, topic_offset, is_shared, alert FROM alerts.alerts
WHERE (told_ms, partition, topic_offset) > (%(told_ms)s, %(partition)s, %(topic_offset)s)
  AND (%(customer_id)s::text IS NULL OR customer_id = %(customer_id)s)
  AND (%(merchant)s::text IS NULL OR merchant = %(merchant)s)
ORDER BY told_ms, partition, topic_offset
LIMIT %(limit)s
