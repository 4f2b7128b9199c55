-- Keys and indexes of a model, made at once for an empty one and last for one that was loaded.
-- No column that changes with every event is indexed, so updates stay within their page.
ALTER TABLE {model}.shipments ADD PRIMARY KEY (shipment);

CREATE INDEX shipments_wake_at ON {model}.shipments (wake_at) WHERE wake_at IS NOT NULL;

ALTER TABLE {model}.timeline ADD PRIMARY KEY (partition, src_offset);

CREATE INDEX timeline_shipment ON {model}.timeline (shipment);
