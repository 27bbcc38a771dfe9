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
-- For the review, in the order of the log: all of it, or what one actor, unit or kind of event did.
-- They stand here and not at the log, so that no append pays for them.
create unique index on {timeline} (position);
create index on {timeline} (actor, position);
create index on {timeline} (unit, position);
create index on {timeline} (name, position);
