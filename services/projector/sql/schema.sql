-- The schema as all migrations and a first model of four partitions leave it; a test compares.
-- What the log lacks. Never swapped, committed synchronously, part of the backup.
CREATE SCHEMA core;

CREATE TABLE core.pointer (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    current integer NOT NULL CHECK (current > 0)
);

CREATE TABLE core.clock (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    mode text NOT NULL CHECK (mode IN ('wall', 'virtual')),
    now timestamptz
);

CREATE TABLE core.topic_facts (
    topic text COLLATE "C" PRIMARY KEY,
    topic_id text NOT NULL,
    partitions integer NOT NULL CHECK (partitions > 0)
);

CREATE TABLE core.ingest_instances (
    instance text COLLATE "C" PRIMARY KEY,
    oldest_unlogged timestamptz,
    seen_at timestamptz NOT NULL
);

CREATE TABLE core.api_keys (
    key_sha256 bytea PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    key_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    role text COLLATE "C" NOT NULL DEFAULT 'operator' CHECK (role IN ('reader', 'writer', 'operator')),
    merchant text COLLATE "C",
    revoked_at timestamptz
);

CREATE TABLE core.capability_links (
    token_sha256 bytea PRIMARY KEY,
    link_id uuid NOT NULL UNIQUE,
    shipment text COLLATE "C" NOT NULL,
    merchant text COLLATE "C",
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);

CREATE INDEX capability_links_shipment ON core.capability_links (shipment);

CREATE TABLE core.data_keys (
    key_id uuid PRIMARY KEY,
    subject text COLLATE "C" NOT NULL UNIQUE,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE core.paused_partitions (
    partition integer PRIMARY KEY,
    since timestamptz NOT NULL,
    bad integer NOT NULL,
    accepted boolean NOT NULL DEFAULT false
);

-- Told by the publishers after a switch to other rules, then gone.
CREATE TABLE core.restated (
    partition integer NOT NULL,
    seq bigint NOT NULL,
    shipment text COLLATE "C" NOT NULL,
    src_offset bigint NOT NULL,
    event_id uuid NOT NULL,
    type text COLLATE "C" NOT NULL,
    occurred_at text COLLATE "C",
    before text,
    after text NOT NULL,
    PRIMARY KEY (partition, seq)
);

CREATE SCHEMA model_1;

CREATE TABLE model_1.rules (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    rules_version integer NOT NULL
);

-- Offsets in the database are the ones that count; every change of a model begins with this row.
CREATE TABLE model_1.checkpoints (
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

-- No column that changes with every event is indexed, so updates stay within their page.
CREATE TABLE model_1.shipments (
    shipment text COLLATE "C" PRIMARY KEY,
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

CREATE INDEX shipments_wake_at ON model_1.shipments (wake_at) WHERE wake_at IS NOT NULL;

-- One row per record that counted; `change` is what it caused: the timeline is the outbox.
CREATE TABLE model_1.timeline (
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
    change text,
    PRIMARY KEY (partition, src_offset)
) WITH (toast_tuple_target = 8160);

CREATE INDEX timeline_shipment ON model_1.timeline (shipment);

CREATE VIEW model_1.read_shipments AS
SELECT shipment, partition, version, carrier, milestone, status, leg_no, use_no,
       order_id, customer_id, view::json AS view, said::json AS said, wake_at, hash
FROM model_1.shipments;

-- One row per fact: of its copies the one that counts (rule R15), first known at the least recorded_at.
CREATE VIEW model_1.read_timeline AS
SELECT DISTINCT ON (shipment, event_id)
       partition, src_offset, shipment, event_id, type,
       min(recorded_at) OVER (PARTITION BY shipment, event_id) AS recorded_at,
       event::json AS event, change::json AS change
FROM model_1.timeline
ORDER BY shipment, event_id, mapping_version DESC, digest;

-- Every copy that counted when it came, recorded when it says itself: what was known at a moment.
CREATE VIEW model_1.read_copies AS
SELECT partition, src_offset, shipment, event_id, recorded_at, event::json AS event, change::json AS change
FROM model_1.timeline;

CREATE VIEW model_1.read_checkpoints AS
SELECT partition, next_offset, owner_epoch, next_seq, shipments, state_sum, history_sum
FROM model_1.checkpoints;

INSERT INTO model_1.rules (rules_version) VALUES (1);

INSERT INTO model_1.checkpoints (partition) SELECT p FROM generate_series(0, 4 - 1) p;
