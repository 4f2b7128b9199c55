-- Who may read and tell what: keys get a role and a tenant; links show one shipment to whoever holds them.
ALTER TABLE core.api_keys
    ADD COLUMN key_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    ADD COLUMN role text COLLATE "C" NOT NULL DEFAULT 'operator' CHECK (role IN ('reader', 'writer', 'operator')),
    ADD COLUMN merchant text COLLATE "C",
    ADD COLUMN revoked_at timestamptz;

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
