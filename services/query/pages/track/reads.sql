-- name: clock
SELECT CASE WHEN mode = 'virtual' THEN now END FROM core.clock

-- name: with_number
-- The shipments of a number whoever carries it: the carriers one after another along the primary key.
WITH RECURSIVE carriers AS (
    (SELECT split_part(shipment, ':', 1) AS carrier FROM {model}.read_shipments ORDER BY shipment LIMIT 1)
    UNION ALL
    SELECT (SELECT split_part(s.shipment, ':', 1) FROM {model}.read_shipments s
            WHERE s.shipment > c.carrier || ';' ORDER BY s.shipment LIMIT 1)
    FROM carriers c WHERE c.carrier IS NOT NULL
)
SELECT s.shipment
FROM carriers c
JOIN {model}.read_shipments s ON s.shipment = c.carrier || ':' || %(number)s
WHERE c.carrier IS NOT NULL
ORDER BY s.shipment
LIMIT 20

-- name: versions
-- Every copy of the events that came more than once and differed, in the order in which they came.
SELECT event FROM {model}.read_copies
WHERE shipment = %(shipment)s AND event_id IN (
    SELECT event_id FROM {model}.read_copies WHERE shipment = %(shipment)s GROUP BY event_id HAVING count(*) > 1
)
ORDER BY partition, src_offset
