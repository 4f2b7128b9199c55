-- name: copies
-- In log order. `change` is left out: it was worked out with all that had come by then, not with what a cut leaves.
SELECT partition, src_offset, event FROM {model}.read_copies WHERE shipment = %(shipment)s ORDER BY src_offset

-- name: next_offset
SELECT next_offset FROM {model}.read_checkpoints WHERE partition = %(partition)s
