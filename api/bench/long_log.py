"""A log made long by SQL, by its owner: to see what it costs to append at its end."""

from typing import Final

from api.bench.ground import Ground

KNOWN: Final = 100  # one command of so many is not forgotten: after 30 days in eight years
EVENTS_A_STREAM: Final = 10
_OVERHEAD: Final = 220  # bytes of a row without its payload

_EVENTS: Final = """
INSERT INTO {{}}.events
SELECT
    h.position + i,
    md5('stream' || (i - 1) / {a_stream})::uuid,
    (i - 1) % {a_stream} + 1,
    'case.note-recorded', 1, now(), h.recorded_at, gen_random_uuid(), 'nexus',
    gen_random_uuid(), gen_random_uuid(),
    decode(repeat(md5(i::text), {repeats}), 'hex'), sha256(int8send(i))
FROM {{}}.events_head AS h, generate_series(1, {events}) AS i
"""
_COMMANDS: Final = """
INSERT INTO {{}}.commands
SELECT e.command, ''::bytea, e.position, e.position, e.recorded_at
FROM {{}}.events AS e, {{}}.events_head AS h
WHERE e.position > h.position + {forgotten}
"""
_HEAD: Final = "UPDATE {}.events_head SET position = (SELECT max(position) FROM {}.events)"

# Random ids leave the pages of an index as full as that.
_INDEXES: Final = (
    ("events", "events_stream_version_key", "UNIQUE (stream, version) WITH (fillfactor = 70)"),
    ("commands", "commands_pkey", "PRIMARY KEY (command) WITH (fillfactor = 70)"),
)


def lengthen(ground: Ground, schema: str, events: int, *, row_bytes: int) -> None:
    """By so many events, about so large; the last commands are known."""
    for table, name, _ in _INDEXES:
        ground.ask(f"ALTER TABLE {{}}.{table} DROP CONSTRAINT {name}", schema)
    made = {"events": events, "a_stream": EVENTS_A_STREAM}
    repeats = max(1, (row_bytes - _OVERHEAD) // 16)
    ground.ask(_EVENTS.format(**made, repeats=repeats), schema, schema)
    forgotten = events - events // KNOWN
    ground.ask(_COMMANDS.format(forgotten=forgotten), schema, schema, schema)
    for table, name, index in _INDEXES:
        ground.ask(f"ALTER TABLE {{}}.{table} ADD CONSTRAINT {name} {index}", schema)
    ground.ask(_HEAD, schema, schema)
    for table, _, _ in _INDEXES:
        ground.ask(f"VACUUM (ANALYZE) {{}}.{table}", schema)  # or autovacuum does, meanwhile
