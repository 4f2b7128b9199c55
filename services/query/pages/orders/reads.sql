-- name: told_of
-- How much is known of these parcels: a request and its answer change no shipment, only its timeline.
SELECT count(*), coalesce(max(src_offset), 0) FROM {model}.timeline WHERE shipment = ANY(%(shipments)s)
