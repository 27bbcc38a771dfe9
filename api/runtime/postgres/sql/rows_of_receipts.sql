-- What a leaf of the receipts' tree binds, in the order in which it does, the position before it.
SELECT position, salt, recorded_at, id, event_position, key, body
FROM {schema}.receipts
