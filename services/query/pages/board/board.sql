-- Figures of the board. `{search}` is the index's schema. Ages are counted from the newest news of a parcel:
-- width_bucket numbers them from the oldest, 0, on.
-- name: by_condition
SELECT tag, s.carrier, width_bucket(s.last_at, %(edges)s::timestamptz[]), count(*)
FROM {search}.shipments s CROSS JOIN LATERAL unnest(s.tags) AS t (tag)

-- name: in_trouble
SELECT s.carrier, width_bucket(s.last_at, %(edges)s::timestamptz[]), count(*) FROM {search}.shipments s

-- name: silent
SELECT width_bucket(s.last_at, %(edges)s::timestamptz[]), count(*) FROM {search}.shipments s

-- name: of_house
WHERE s.is_house

-- name: of_merchant
WHERE s.merchant = %(merchant)s AND s.merchant <> ''

-- name: has_any
AND s.tags && %(tags)s

-- name: each_tag
AND tag = ANY(%(tags)s) GROUP BY 1, 2, 3

-- name: each_carrier
GROUP BY 1, 2

-- name: each_age
AND NOT s.is_past GROUP BY 1

-- name: alerts
SELECT kind, count(*) FROM alerts.alerts
WHERE told_ms >= %(since_ms)s AND (%(merchant)s::text IS NULL OR merchant = %(merchant)s)
GROUP BY 1 ORDER BY 2 DESC, 1
