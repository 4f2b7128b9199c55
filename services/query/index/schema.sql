-- An index over one model, to be made again at any time: `{search}` is its schema, `{model}` the current model's.
-- Indexes are made last.
-- name: create_serving
-- Which index answers; it is fed from the model that is current.
CREATE SCHEMA IF NOT EXISTS search;
CREATE TABLE IF NOT EXISTS search.serving (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    number integer NOT NULL,
    layout integer NOT NULL
)

-- name: tables
CREATE SCHEMA {search};

CREATE TABLE {search}.progress (
    partition integer PRIMARY KEY,
    next_offset bigint NOT NULL
) WITH (fillfactor = 10);

-- One row per shipment; where several merchants have registered the number, one for each of them and
-- one of the house. `view` only where it is not the model's.
CREATE TABLE {search}.shipments (
    shipment text COLLATE "C" NOT NULL,
    merchant text COLLATE "C" NOT NULL,
    is_house boolean NOT NULL,
    carrier text COLLATE "C" NOT NULL,
    milestone text COLLATE "C",
    status text COLLATE "C" NOT NULL,
    tags text[] COLLATE "C" NOT NULL,
    order_id text COLLATE "C",
    customer_id text COLLATE "C",
    origin text COLLATE "C",
    destination text COLLATE "C",
    last_at timestamptz,
    expected timestamptz,
    registered_at timestamptz,
    delivered_at timestamptz,
    deadline timestamptz,
    is_open boolean NOT NULL,
    slip bigint,
    kept text COLLATE "C",
    first_kept text COLLATE "C",
    is_past boolean NOT NULL,
    view text
) WITH (autovacuum_vacuum_scale_factor = 0.05);

-- What a search is sorted by is kept beside the words: of many thousands found only a page is looked up.
-- It moves often and is in no index, so that moving it costs no entry of an index.
CREATE TABLE {search}.words (
    shipment text COLLATE "C" NOT NULL,
    merchant text COLLATE "C" NOT NULL,
    is_house boolean NOT NULL,
    last_at timestamptz,
    terms text[] COLLATE "C" NOT NULL
) WITH (fillfactor = 85);

CREATE TABLE {search}.orders (
    merchant text COLLATE "C" NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    shipment text COLLATE "C" NOT NULL,
    use_no integer NOT NULL
)

-- name: indexes
ALTER TABLE {search}.shipments ADD PRIMARY KEY (shipment, merchant);
CREATE INDEX shipments_last_at ON {search}.shipments (last_at, shipment);
CREATE INDEX shipments_current ON {search}.shipments (last_at, shipment) WHERE NOT is_past;
CREATE INDEX shipments_expected ON {search}.shipments (expected, shipment);
CREATE INDEX shipments_registered_at ON {search}.shipments (registered_at, shipment);
CREATE INDEX shipments_slip ON {search}.shipments (slip, shipment);
CREATE INDEX shipments_slip_current ON {search}.shipments (slip, shipment) WHERE NOT is_past AND slip IS NOT NULL;
CREATE INDEX shipments_delivered_at ON {search}.shipments (delivered_at, shipment);
CREATE INDEX shipments_deadline ON {search}.shipments (deadline, shipment);
CREATE INDEX shipments_merchant ON {search}.shipments (merchant, last_at, shipment);
CREATE INDEX shipments_milestone ON {search}.shipments (milestone, last_at, shipment);
CREATE INDEX shipments_status ON {search}.shipments (status, last_at, shipment);
CREATE INDEX shipments_carrier ON {search}.shipments (carrier, last_at, shipment);
CREATE INDEX shipments_lane ON {search}.shipments (destination, origin) WHERE destination IS NOT NULL;
CREATE INDEX shipments_origin ON {search}.shipments (origin) WHERE origin IS NOT NULL;
CREATE INDEX shipments_order_id ON {search}.shipments (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX shipments_customer_id ON {search}.shipments (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX shipments_tags ON {search}.shipments USING gin (tags) WITH (fastupdate = off);
ALTER TABLE {search}.words ADD PRIMARY KEY (shipment, merchant);
CREATE INDEX words_terms ON {search}.words USING gin (terms);
ALTER TABLE {search}.orders ADD PRIMARY KEY (order_id, merchant, shipment, use_no);
CREATE INDEX orders_shipment ON {search}.orders (shipment);
ANALYZE {search}.shipments, {search}.words, {search}.orders
