-- What a switch to a model of other rules has to tell of shipments that it shows differently: no event of the log
-- caused it, so it is kept here until the publisher has told it. Its numbers are those of the status topic.
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
