-- What was known at a moment is read from every copy of an event that counted when it came, not only from the
-- one that counts today. New models bring the view with them (model.sql).
DO $$
DECLARE
    model text;
BEGIN
    FOR model IN SELECT nspname FROM pg_namespace WHERE nspname ~ '^model_[0-9]{1,9}$' LOOP
        EXECUTE format(
            'CREATE VIEW %1$I.read_copies AS '
            'SELECT partition, src_offset, shipment, event_id, recorded_at, event::json AS event, '
            'change::json AS change FROM %1$I.timeline',
            model
        );
    END LOOP;
END
$$;
