-- name: milestones
SELECT milestone, count(*) FROM {model}.read_shipments GROUP BY milestone ORDER BY milestone

-- name: statuses
SELECT status, count(*) FROM {model}.read_shipments GROUP BY status ORDER BY status

-- name: checkpoints
SELECT partition, next_offset, next_seq, shipments, state_sum, history_sum
FROM {model}.read_checkpoints ORDER BY partition

-- name: shipment_rows
SELECT view::text FROM {model}.read_shipments ORDER BY shipment

-- name: shipment
SELECT view::text FROM {model}.read_shipments WHERE shipment = %(shipment)s

-- name: timeline_of
SELECT partition, src_offset, shipment, event_id::text, type, recorded_at, event::text, change::text
FROM {model}.read_timeline WHERE shipment = %(shipment)s ORDER BY partition, src_offset

-- name: copies_of
SELECT partition, src_offset, event::text FROM {model}.read_copies WHERE shipment = %(shipment)s ORDER BY src_offset

-- name: facts_by_shipment
-- Recomputing needs the facts as they count: the copy that R15 chose, first known at the least recorded_at.
SELECT shipment, recorded_at, event::text FROM {model}.read_timeline ORDER BY shipment

-- name: shown_of
-- What is shown of a shipment: its view, and the columns that repeat members of it.
SELECT shipment, view::text, json_build_object(
    'carrier', carrier, 'milestone', milestone, 'status', status, 'leg_no', leg_no, 'use_no', use_no,
    'order_id', order_id, 'customer_id', customer_id)
FROM {model}.read_shipments WHERE shipment = ANY(%(shipments)s)

-- name: facts_with_deadline
-- A shipment without wake_at has no deadline left.
SELECT t.shipment, t.recorded_at, t.event::text
FROM {model}.read_timeline t JOIN {model}.read_shipments s USING (shipment)
WHERE s.wake_at IS NOT NULL ORDER BY t.shipment

-- name: facts_of
SELECT shipment, recorded_at, event::text FROM {model}.read_timeline
WHERE shipment = ANY(%(shipments)s) ORDER BY shipment

-- name: known_ids
SELECT event_id::text FROM {model}.read_timeline WHERE shipment = ANY(%(shipments)s)

-- name: clock
SELECT mode, now FROM core.clock

-- name: fix_clock_mode
INSERT INTO core.clock (mode) VALUES (%(mode)s) ON CONFLICT (only_row) DO NOTHING

-- name: move_clock
UPDATE core.clock SET now = greatest(now, %(now)s) WHERE mode = 'virtual'

-- name: lock_replay
SELECT pg_try_advisory_lock(%(lock)s)

-- name: accept_partition
UPDATE core.paused_partitions SET accepted = true WHERE partition = %(partition)s RETURNING bad

-- name: paused_partitions
SELECT partition, since, bad, accepted FROM core.paused_partitions ORDER BY partition
