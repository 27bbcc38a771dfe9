-- One row per event, in the clear only what the event itself holds in the clear; the rest as tokens.

create table {timeline} (
    stream      uuid not null,
    position    bigint not null,
    version     bigint not null,
    name        text not null,
    actor       uuid not null,
    unit        text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    facts       jsonb not null,
    sealed      jsonb not null
);

-- indexes
alter table {timeline} add primary key (stream, position);
