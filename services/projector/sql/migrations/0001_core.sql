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
    created_at timestamptz NOT NULL
);

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
