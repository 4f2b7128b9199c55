-- name: lock
SELECT pg_try_advisory_lock(%(lock)s)

-- name: models
SELECT substr(nspname, 7)::integer FROM pg_namespace WHERE nspname ~ '^model_[0-9]{1,9}$' ORDER BY 1

-- name: end_leftovers
-- Backends whose rebuild was killed may still be making an index, and hold its table.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = %(name)s AND pid <> pg_backend_pid()

-- name: drop_model
DROP SCHEMA IF EXISTS {model} CASCADE

-- name: rules_version
SELECT rules_version FROM {model}.rules

-- name: checkpoints
SELECT partition, next_offset, owner_epoch, next_seq, last_event_id::text, topic_id, shipments, state_sum, history_sum
FROM {model}.checkpoints ORDER BY partition

-- name: lock_checkpoints
-- Sorted, as everybody locks who locks more than one.
SELECT partition, next_offset, owner_epoch, next_seq, last_event_id::text, topic_id, shipments, state_sum, history_sum
FROM {model}.checkpoints ORDER BY partition FOR UPDATE

-- name: end_owners
-- A stopped process in mid-COPY would hold its row for ever. Only the very backends that were noted.
SELECT pg_terminate_backend(a.pid)
FROM {model}.checkpoints c JOIN pg_stat_activity a ON a.pid = c.owner_pid AND a.backend_start = c.owner_started

-- name: copy_shipments
COPY {model}.shipments (shipment, partition, version, carrier, milestone, status, leg_no, use_no, order_id,
                        customer_id, view, said, wake_at, hash) FROM STDIN

-- name: keep_loaded
UPDATE {model}.checkpoints
SET next_offset = %(end)s, last_event_id = %(last_event_id)s, next_seq = %(next_seq)s, topic_id = %(topic_id)s,
    shipments = %(shipments)s, state_sum = %(state_sum)s, history_sum = %(history_sum)s
WHERE partition = %(partition)s AND next_offset = 0 AND owner_epoch = 0

-- name: is_indexed
SELECT count(*) FROM pg_indexes WHERE schemaname = %(schema)s AND indexname = 'timeline_shipment'

-- name: analyze
ANALYZE {model}.shipments, {model}.timeline

-- name: raise_epochs
UPDATE {model}.checkpoints SET owner_epoch = %(epoch)s, owner_pid = NULL, owner_started = NULL

-- name: find_differing
-- Every shipment that the two show differently; `shipments` is the other model's.
CREATE TEMPORARY TABLE differing ON COMMIT DROP AS
SELECT s.shipment, s.partition, s.version, o.view AS before, s.view AS after
FROM {model}.shipments s LEFT JOIN shipments o ON o.shipment = s.shipment
WHERE s.view IS DISTINCT FROM o.view

-- name: count_differing
-- So that few of them are looked up in the timeline one by one.
ANALYZE differing

-- name: restate
-- They are told once more, as they stand where the two meet; `checkpoints` are the other model's.
INSERT INTO core.restated (partition, seq, shipment, src_offset, event_id, type, occurred_at, before, after)
SELECT d.partition, c.next_seq + row_number() OVER (PARTITION BY d.partition ORDER BY d.shipment) - 1, d.shipment,
       c.next_offset - 1, t.event_id, t.type, t.event::json ->> 'occurred_at', d.before, d.after
FROM differing d
JOIN checkpoints c ON c.partition = d.partition
JOIN {model}.timeline t ON t.partition = d.partition AND t.src_offset = d.version

-- name: to_restate
-- By partition the first and the last number of what is to be told and may be told by now.
SELECT partition, min(seq), max(seq) FROM core.restated GROUP BY partition

-- name: go_on_with_seq
-- The running number goes on where the other model's stands; what came before is told already.
UPDATE {model}.checkpoints SET next_seq = %(next_seq)s WHERE partition = %(partition)s

-- name: tell_no_more
UPDATE {model}.timeline SET seq = NULL
WHERE partition = %(partition)s AND src_offset > %(position)s AND seq IS NOT NULL

-- name: take_over_said
-- What was announced was announced, whatever these rules would have said; `shipments` is the other model's.
UPDATE {model}.shipments AS s SET said = o.said
FROM shipments o WHERE o.shipment = s.shipment AND s.said IS DISTINCT FROM o.said

-- name: point
UPDATE core.pointer SET current = %(number)s

-- name: differing_shipments
-- Unqualified: the other model's, by search_path. `wake_at` is looked at by itself.
SELECT coalesce(s.shipment, o.shipment), to_jsonb(s) - 'wake_at', to_jsonb(o) - 'wake_at'
FROM {model}.shipments s FULL JOIN shipments o ON o.shipment = s.shipment
WHERE (s.shipment, s.partition, s.version, s.carrier, s.milestone, s.status, s.leg_no, s.use_no, s.order_id,
       s.customer_id, s.view, s.said, s.hash)
      IS DISTINCT FROM
      (o.shipment, o.partition, o.version, o.carrier, o.milestone, o.status, o.leg_no, o.use_no, o.order_id,
       o.customer_id, o.view, o.said, o.hash)
ORDER BY 1

-- name: differing_timeline
SELECT coalesce(t.shipment, o.shipment), to_jsonb(t), to_jsonb(o)
FROM (SELECT * FROM {model}.timeline WHERE partition = %(partition)s) t
FULL JOIN (SELECT * FROM timeline WHERE partition = %(partition)s) o
     ON o.src_offset = t.src_offset
WHERE (t.src_offset, t.shipment, t.event_id, t.type, t.mapping_version, t.digest, t.recorded_at, t.event, t.seq,
       t.change)
      IS DISTINCT FROM
      (o.src_offset, o.shipment, o.event_id, o.type, o.mapping_version, o.digest, o.recorded_at, o.event, o.seq,
       o.change)
ORDER BY coalesce(t.src_offset, o.src_offset)

-- name: differing_wakes
SELECT s.shipment, s.wake_at, o.wake_at
FROM {model}.shipments s JOIN shipments o ON o.shipment = s.shipment
WHERE s.wake_at IS DISTINCT FROM o.wake_at
ORDER BY 1

-- name: differing_said
SELECT s.shipment, s.said, o.said
FROM {model}.shipments s JOIN shipments o ON o.shipment = s.shipment
WHERE s.said IS DISTINCT FROM o.said
ORDER BY 1
