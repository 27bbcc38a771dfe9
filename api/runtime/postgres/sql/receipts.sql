-- In the order of LoggedReceipt's fields.
SELECT position, id, recorded_at, event_position, key, salt, body
FROM {schema}.receipts
