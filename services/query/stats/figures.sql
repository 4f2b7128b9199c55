-- `{search}` is the index that answers, `{whose}` which rows of it. Each reads it once, and answers are kept.

-- name: now
SELECT coalesce((SELECT now FROM core.clock WHERE mode = 'virtual'), now())

-- name: standing
SELECT carrier, milestone, status, is_past, count(*) FROM {search}.shipments s WHERE {whose}
GROUP BY 1, 2, 3, 4

-- name: punctuality
SELECT carrier, kept, first_kept, count(*) FROM {search}.shipments s WHERE {whose} AND kept IS NOT NULL
GROUP BY 1, 2, 3

-- name: lanes
SELECT origin, destination, count(*), count(*) FILTER (WHERE kept = 'kept'), count(*) FILTER (WHERE kept = 'late'),
       count(*) FILTER (WHERE first_kept = 'kept'), count(*) FILTER (WHERE first_kept = 'late')
FROM {search}.shipments s WHERE {whose} AND (origin IS NOT NULL OR destination IS NOT NULL)
GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT 200

-- name: tags
SELECT tag, count(*) FROM {search}.shipments s CROSS JOIN LATERAL unnest(tags) AS tag
WHERE {whose} AND tags <> '{}'
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 500

-- name: silence
SELECT width_bucket(
           extract(epoch FROM %(now)s::timestamptz - last_at)::double precision / 86400, %(days)s::double precision[]
       ), count(*)
FROM {search}.shipments s WHERE {whose} AND NOT is_past AND last_at IS NOT NULL
GROUP BY 1
