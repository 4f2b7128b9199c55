-- Parts of the list statements, put together by what is asked. `{search}` is the index's schema, `{model}` the
-- current model's, `{column}` what is sorted by, `{moment}` the date that is filtered by.
-- name: serving
SELECT number FROM search.serving WHERE layout = %(layout)s

-- name: one
-- The model that is current, and a shipment with its timeline, as one JSON text for speed; nulls where there is none.
SELECT p.current, s.view, s.partition, s.version, (
    SELECT string_agg(concat(
        '[', t.event, ',', coalesce(t.change::text, 'null'), ',"',
        to_char(t.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '"]'
    ), ',')

-- name: every_copy
FROM {model}.timeline t

-- name: those_that_count
-- Of each fact one copy.
FROM {model}.read_timeline t

-- name: one_end
    WHERE t.shipment = %(shipment)s
)
FROM core.pointer p LEFT JOIN {model}.shipments s ON s.shipment = %(shipment)s

-- name: standing
-- Whether the index has all that was committed, and how far the model stands.
SELECT coalesce(bool_and(coalesce(p.next_offset >= c.next_offset, false)), false),
       coalesce(bool_and(p.partition IS NOT NULL), false),
       array_agg(c.partition ORDER BY c.partition), array_agg(c.next_offset ORDER BY c.partition),
       (SELECT number FROM search.serving)
FROM {model}.checkpoints c LEFT JOIN {search}.progress p ON p.partition = c.partition

-- name: has_reached
SELECT NOT EXISTS (
    SELECT FROM unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS c (partition, next_offset)
    LEFT JOIN {search}.progress p ON p.partition = c.partition
    WHERE p.next_offset IS NULL OR p.next_offset < c.next_offset
)

-- name: now
SELECT coalesce((SELECT now FROM core.clock WHERE mode = 'virtual'), now())

-- name: hits
-- Who has the words, read once from their index, up to a bound: a page of them is sorted out of all.
WITH hits AS MATERIALIZED (SELECT s.shipment, s.merchant, s.last_at FROM {search}.words s

-- name: hits_end
LIMIT %(most_hits)s + 1)

-- name: late_hits
-- The same in two steps: those of the last four weeks (of all, or of those behind the place in the list), and
-- all where these do not fill the page.
WITH late AS MATERIALIZED (SELECT s.shipment, s.merchant, s.last_at FROM {search}.words s

-- name: lately
AND terms && ARRAY(
    SELECT '#w ' || week FROM (
        SELECT floor(extract(epoch FROM coalesce(
            %(before)s::timestamptz, (SELECT max(n.last_at) FROM {search}.shipments n)
        )) / 604800)::integer AS newest
    ) w, generate_series(newest - 3, newest) week
)

-- name: or_all_hits
LIMIT %(most_hits)s + 1), hits AS MATERIALIZED (
    SELECT * FROM late WHERE (SELECT count(*) FROM late) >= %(limit)s
    UNION ALL (SELECT s.shipment, s.merchant, s.last_at FROM {search}.words s

-- name: or_all_hits_end
AND (SELECT count(*) FROM late) < %(limit)s LIMIT %(most_hits)s + 1))

-- name: page
SELECT st.model, st.number, st.is_current, st.is_whole,

-- name: is_all
true,

-- name: is_all_of_hits
(SELECT count(*) <= %(most_hits)s FROM hits),

-- name: rows
p.shipment, p.place::text, coalesce(p.view, m.view)
FROM (
    SELECT (SELECT current FROM core.pointer) AS model, (SELECT number FROM search.serving) AS number,
           coalesce(bool_and(coalesce(i.next_offset >= c.next_offset, false)), false) AS is_current,
           coalesce(bool_and(i.partition IS NOT NULL), false) AS is_whole
    FROM {model}.checkpoints c LEFT JOIN {search}.progress i ON i.partition = c.partition
) st
LEFT JOIN (

-- name: of_shipments
SELECT s.shipment, s.{column} AS place, s.view FROM {search}.shipments s

-- name: of_hits
SELECT s.shipment, s.last_at AS place,
       (SELECT v.view FROM {search}.shipments v WHERE v.shipment = s.shipment AND v.merchant = s.merchant) AS view
FROM hits s WHERE true

-- name: count
SELECT count(*) FROM (SELECT FROM {search}.shipments s

-- name: words
JOIN {search}.words w ON w.shipment = s.shipment AND w.merchant = s.merchant

-- name: in_hits
JOIN hits w ON w.shipment = s.shipment AND w.merchant = s.merchant

-- name: of_house
WHERE s.is_house

-- name: of_merchant
WHERE s.merchant = %(merchant)s AND s.merchant <> ''

-- name: is_milestone
AND s.milestone = %(milestone)s

-- name: in_milestone
AND s.milestone = ANY(%(milestone)s)

-- name: is_status
AND s.status = %(status)s

-- name: in_status
AND s.status = ANY(%(status)s)

-- name: is_carrier
AND s.carrier = %(carrier)s

-- name: in_carrier
AND s.carrier = ANY(%(carrier)s)

-- name: has_condition
AND s.tags && %(condition)s

-- name: has_reason
AND s.tags && %(reason)s

-- name: has_party
AND s.tags && %(party)s

-- name: is_origin
AND s.origin = %(origin)s

-- name: is_destination
AND s.destination = %(destination)s

-- name: is_order_id
AND s.order_id = %(order_id)s

-- name: is_customer_id
AND s.customer_id = %(customer_id)s

-- name: is_late
AND (s.slip >= %(late_ms)s AND NOT s.is_open OR s.is_open AND s.deadline <= %(late_before)s)

-- name: is_stale
AND s.last_at <= %(stale_before)s AND NOT s.is_past

-- name: is_past
AND s.is_past

-- name: is_current
AND NOT s.is_past

-- name: from
AND s.{moment} >= %(since)s

-- name: to
AND s.{moment} < %(until)s

-- name: has_words
AND (terms && %(whole)s OR terms @> %(words)s)

-- name: has_whole
AND terms && %(whole)s

-- name: behind_up
AND (s.{column}, s.shipment) > (%(key)s, %(after)s)

-- name: behind_down
AND (s.{column}, s.shipment) < (%(key)s, %(after)s)

-- name: behind_unknown
AND s.shipment > %(after)s

-- name: known_up
AND s.{column} IS NOT NULL ORDER BY s.{column}, s.shipment LIMIT %(limit)s
) p ON true LEFT JOIN {model}.shipments m ON m.shipment = p.shipment ORDER BY p.place, p.shipment

-- name: known_down
AND s.{column} IS NOT NULL ORDER BY s.{column} DESC, s.shipment DESC LIMIT %(limit)s
) p ON true LEFT JOIN {model}.shipments m ON m.shipment = p.shipment ORDER BY p.place DESC, p.shipment DESC

-- name: unknown
AND s.{column} IS NULL ORDER BY s.{column}, s.shipment LIMIT %(limit)s
) p ON true LEFT JOIN {model}.shipments m ON m.shipment = p.shipment ORDER BY p.place, p.shipment

-- name: behind_hits_up
AND ((s.last_at, s.shipment) > (%(key)s, %(after)s) OR s.last_at IS NULL)

-- name: behind_hits_down
AND ((s.last_at, s.shipment) < (%(key)s, %(after)s) OR s.last_at IS NULL)

-- name: hits_up
ORDER BY s.last_at, s.shipment LIMIT %(limit)s
) p ON true LEFT JOIN {model}.shipments m ON m.shipment = p.shipment ORDER BY p.place, p.shipment

-- name: hits_down
-- Those without that time come last, and upwards.
ORDER BY s.last_at DESC NULLS LAST, CASE WHEN s.last_at IS NOT NULL THEN s.shipment END DESC, s.shipment
LIMIT %(limit)s
) p ON true LEFT JOIN {model}.shipments m ON m.shipment = p.shipment
ORDER BY p.place DESC NULLS LAST, CASE WHEN p.place IS NOT NULL THEN p.shipment END DESC, p.shipment

-- name: counted
LIMIT 10001) c

-- name: order_parcels
SELECT merchant, shipment, use_no FROM {search}.orders WHERE order_id = %(order_id)s
ORDER BY merchant, shipment, use_no LIMIT 1001

-- name: order_parcels_of
SELECT merchant, shipment, use_no FROM {search}.orders WHERE order_id = %(order_id)s AND merchant = %(merchant)s
ORDER BY shipment, use_no LIMIT 1001
