-- One disposable model: everything here can be made again from the log.
-- `{model}` is the schema, `{partitions}` the log's partition count, `{rules_version}` the fold's.
-- Keys and indexes of what grows are in `model_indexes.sql`: a rebuild loads first and makes them last.
CREATE SCHEMA {model};

CREATE TABLE {model}.rules (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    rules_version integer NOT NULL
);

-- Offsets in the database are the ones that count; every change of a model begins with this row.
CREATE TABLE {model}.checkpoints (
    partition integer PRIMARY KEY,
    next_offset bigint NOT NULL DEFAULT 0,
    owner_epoch bigint NOT NULL DEFAULT 0,
    owner_pid integer,
    owner_started timestamptz,
    topic_id text,
    last_event_id uuid,
    next_seq bigint NOT NULL DEFAULT 1,
    shipments bigint NOT NULL DEFAULT 0,
    state_sum bigint NOT NULL DEFAULT 0,
    history_sum bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

-- Updates stay within their page: no column that changes with every event is indexed.
CREATE TABLE {model}.shipments (
    shipment text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    version bigint NOT NULL,
    carrier text COLLATE "C" NOT NULL,
    milestone text COLLATE "C",
    status text COLLATE "C" NOT NULL,
    leg_no integer NOT NULL,
    use_no integer NOT NULL,
    order_id text,
    customer_id text,
    view text NOT NULL,
    said text,
    wake_at timestamptz,
    hash bigint NOT NULL
) WITH (fillfactor = 85, toast_tuple_target = 8160);

-- One row per record that counted; `change` is what it caused: the timeline is the outbox.
CREATE TABLE {model}.timeline (
    partition integer NOT NULL,
    src_offset bigint NOT NULL,
    shipment text COLLATE "C" NOT NULL,
    event_id uuid NOT NULL,
    type text COLLATE "C" NOT NULL,
    mapping_version numeric(20) NOT NULL,
    digest numeric(20) NOT NULL,
    recorded_at timestamptz NOT NULL,
    event text NOT NULL,
    seq bigint,
    change text
) WITH (toast_tuple_target = 8160);

CREATE VIEW {model}.read_shipments AS
SELECT shipment, partition, version, carrier, milestone, status, leg_no, use_no,
       order_id, customer_id, view::json AS view, said::json AS said, wake_at, hash
FROM {model}.shipments;

-- One row per fact: of its copies the one that counts (rule R15), first known at the least recorded_at.
CREATE VIEW {model}.read_timeline AS
SELECT DISTINCT ON (shipment, event_id)
       partition, src_offset, shipment, event_id, type,
       min(recorded_at) OVER (PARTITION BY shipment, event_id) AS recorded_at,
       event::json AS event, change::json AS change
FROM {model}.timeline
ORDER BY shipment, event_id, mapping_version DESC, digest;

-- Every copy that counted when it came, recorded when it says itself: what was known at a moment.
CREATE VIEW {model}.read_copies AS
SELECT partition, src_offset, shipment, event_id, recorded_at, event::json AS event, change::json AS change
FROM {model}.timeline;

CREATE VIEW {model}.read_checkpoints AS
SELECT partition, next_offset, owner_epoch, next_seq, shipments, state_sum, history_sum
FROM {model}.checkpoints;

INSERT INTO {model}.rules (rules_version) VALUES ({rules_version});

INSERT INTO {model}.checkpoints (partition) SELECT p FROM generate_series(0, {partitions} - 1) p;
