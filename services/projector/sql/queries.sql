-- name: note_owner
-- Take the partition: raise the epoch, say which backend writes from now on.
UPDATE {model}.checkpoints
SET owner_epoch = owner_epoch + 1, owner_pid = %(pid)s, owner_started = %(started)s,
    topic_id = coalesce(topic_id, %(topic_id)s)
WHERE partition = %(partition)s
RETURNING owner_epoch, next_offset, next_seq, last_event_id::text, topic_id, shipments, state_sum, history_sum

-- name: backend_started
SELECT backend_start FROM pg_stat_activity WHERE pid = %(pid)s

-- name: end_owner
-- Only the very backend that was noted: a pid may have been given to somebody else since.
SELECT pg_terminate_backend(a.pid)
FROM {model}.checkpoints c JOIN pg_stat_activity a ON a.pid = c.owner_pid AND a.backend_start = c.owner_started
WHERE c.partition = %(partition)s

-- name: still_owner
SELECT owner_epoch = %(epoch)s FROM {model}.checkpoints WHERE partition = %(partition)s

-- name: rules_version
SELECT rules_version FROM {model}.rules

-- name: advance
-- The fence: hits its row only for the owner, and only when the batch begins where the last one ended.
UPDATE {model}.checkpoints
SET next_offset = %(end)s, last_event_id = %(last_event_id)s, next_seq = %(next_seq)s,
    shipments = %(shipments)s, state_sum = %(state_sum)s, history_sum = %(history_sum)s
WHERE partition = %(partition)s AND owner_epoch = %(epoch)s AND next_offset = %(start)s

-- name: copy_timeline
COPY {model}.timeline (partition, src_offset, shipment, event_id, type, mapping_version, digest,
                       recorded_at, event, seq, change) FROM STDIN

-- name: stage
CREATE TEMPORARY TABLE IF NOT EXISTS staged_shipments (
    shipment text COLLATE "C", partition integer, version bigint, carrier text, milestone text, status text,
    leg_no integer, use_no integer, order_id text, customer_id text, view text, said text,
    wake_at timestamptz, hash bigint
) ON COMMIT DELETE ROWS

-- name: copy_shipments
COPY staged_shipments FROM STDIN

-- name: upsert_staged
INSERT INTO {model}.shipments AS s (shipment, partition, version, carrier, milestone, status, leg_no, use_no,
                                    order_id, customer_id, view, said, wake_at, hash)
SELECT shipment, partition, version, carrier, milestone, status, leg_no, use_no,
       order_id, customer_id, view, said, wake_at, hash
FROM staged_shipments
ON CONFLICT (shipment) DO UPDATE SET
    version = excluded.version, milestone = excluded.milestone, status = excluded.status,
    leg_no = excluded.leg_no, use_no = excluded.use_no, order_id = excluded.order_id,
    customer_id = excluded.customer_id, view = excluded.view, said = excluded.said, hash = excluded.hash,
    wake_at = least(s.wake_at, excluded.wake_at)

-- name: write_few
-- A whole small batch, so that it takes one round trip: what does not pass the fence writes nothing.
-- Arrays in binary: as text each would be quoted character by character, which cost more than all the rest.
WITH fence AS (
    UPDATE {model}.checkpoints
    SET next_offset = %(end)s, last_event_id = %(last_event_id)s, next_seq = %(next_seq)s,
        shipments = %(shipments)s, state_sum = %(state_sum)s, history_sum = %(history_sum)s
    WHERE partition = %(partition)s AND owner_epoch = %(epoch)s AND next_offset = %(start)s
    RETURNING partition
), told AS (
    INSERT INTO {model}.timeline (partition, src_offset, shipment, event_id, type, mapping_version, digest,
                                  recorded_at, event, seq, change)
    SELECT f.partition, t.src_offset, t.shipment, t.event_id::uuid, t.type, t.mapping_version::numeric,
           t.digest::numeric, t.recorded_at::timestamptz, t.event, t.seq, t.change
    FROM fence f, unnest(
        %(t_src_offset)b::bigint[], %(t_shipment)b::text[], %(t_event_id)b::text[], %(t_type)b::text[],
        %(t_mapping_version)b::text[], %(t_digest)b::text[], %(t_recorded_at)b::text[], %(t_event)b::text[],
        %(t_seq)b::bigint[], %(t_change)b::text[]
    ) AS t (src_offset, shipment, event_id, type, mapping_version, digest, recorded_at, event, seq, change)
), shown AS (
    INSERT INTO {model}.shipments AS s (shipment, partition, version, carrier, milestone, status, leg_no, use_no,
                                        order_id, customer_id, view, said, wake_at, hash)
    SELECT v.shipment, f.partition, v.version, v.carrier, v.milestone, v.status, v.leg_no, v.use_no,
           v.order_id, v.customer_id, v.view, v.said, v.wake_at::timestamptz, v.hash
    FROM fence f, unnest(
        %(s_shipment)b::text[], %(s_version)b::bigint[], %(s_carrier)b::text[], %(s_milestone)b::text[],
        %(s_status)b::text[], %(s_leg_no)b::int[], %(s_use_no)b::int[], %(s_order_id)b::text[],
        %(s_customer_id)b::text[], %(s_view)b::text[], %(s_said)b::text[], %(s_wake_at)b::text[],
        %(s_hash)b::bigint[]
    ) AS v (shipment, version, carrier, milestone, status, leg_no, use_no, order_id, customer_id, view, said,
            wake_at, hash)
    ON CONFLICT (shipment) DO UPDATE SET
        version = excluded.version, milestone = excluded.milestone, status = excluded.status,
        leg_no = excluded.leg_no, use_no = excluded.use_no, order_id = excluded.order_id,
        customer_id = excluded.customer_id, view = excluded.view, said = excluded.said, hash = excluded.hash,
        -- after a DeadlinePassed the next deadline is exact, whatever stood there before
        wake_at = CASE WHEN s.shipment = ANY(%(exact)b::text[]) THEN excluded.wake_at
                       ELSE least(s.wake_at, excluded.wake_at) END
)
SELECT count(*) FROM fence

-- name: set_wake
-- After a DeadlinePassed the next deadline is exact, whatever stood there before.
UPDATE {model}.shipments s SET wake_at = v.wake_at
FROM unnest(%(shipments)s::text[], %(wakes)s::timestamptz[]) AS v (shipment, wake_at)
WHERE s.shipment = v.shipment

-- name: load_facts
SELECT shipment, event FROM {model}.timeline WHERE shipment = ANY(%(shipments)s) ORDER BY partition, src_offset

-- name: load_said
SELECT shipment, said, hash FROM {model}.shipments WHERE shipment = ANY(%(shipments)s)

-- name: unpublished
-- Rows with a change behind `position` and numbered `below`, up to the checkpoint of the same snapshot.
SELECT t.src_offset, t.seq, t.shipment, t.event_id::text, t.change
FROM {model}.timeline t
WHERE t.partition = %(partition)s AND t.src_offset > %(position)s AND t.seq IS NOT NULL
  AND t.src_offset < (SELECT next_offset FROM {model}.checkpoints WHERE partition = %(partition)s)
  AND (%(below)s::bigint IS NULL OR t.seq < %(below)s::bigint)
ORDER BY t.src_offset
LIMIT %(limit)s

-- name: restated
-- What the last switch has to tell, from the next running number on.
SELECT seq, shipment, partition, src_offset, event_id::text, type, occurred_at, before, after
FROM core.restated WHERE partition = %(partition)s AND seq > %(seq)s
ORDER BY seq
LIMIT %(limit)s

-- name: forget_restated
DELETE FROM core.restated WHERE partition = %(partition)s AND seq <= %(seq)s

-- name: pause
INSERT INTO core.paused_partitions (partition, since, bad) VALUES (%(partition)s, now(), %(bad)s)
ON CONFLICT (partition) DO NOTHING

-- name: paused
SELECT partition, accepted FROM core.paused_partitions

-- name: unpause
DELETE FROM core.paused_partitions WHERE partition = %(partition)s AND accepted

-- name: topic_facts
SELECT topic_id, partitions FROM core.topic_facts WHERE topic = %(topic)s

-- name: keep_topic_facts
INSERT INTO core.topic_facts (topic, topic_id, partitions) VALUES (%(topic)s, %(topic_id)s, %(partitions)s)
ON CONFLICT (topic) DO NOTHING
