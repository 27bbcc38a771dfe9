-- One row per state in which a case stood. What every event changes (the last event's moment, the
-- version, the position) is here as the state began; how it went on is asked of the time line.

create table {caseload_versions} (
    "case"         uuid not null,
    unit           text not null,
    status         text not null,
    workers        uuid[] not null,
    opened_at      timestamptz not null,
    last_event_at  timestamptz not null,
    handover       uuid,
    handover_to    text,
    answer_due     timestamptz,
    referrals      uuid[] not null,
    version        bigint not null,
    position       bigint not null,
    from_position  bigint not null,
    until_position bigint not null,
    era            bigint not null
) with (parallel_workers = 0);

-- indexes
alter table {caseload_versions} add primary key ("case", from_position);
-- As those of the caseload, but for the order by the last event; what did not stand at a position
-- is passed over within them.
create index on {caseload_versions}
    (unit, status, era, opened_at, "case", from_position, until_position);
create index on {caseload_versions}
    (unit, status, era, (coalesce(answer_due, 'infinity')), "case", from_position, until_position);
create index on {caseload_versions}
    (handover_to, era, opened_at, "case", from_position, until_position)
    where handover_to is not null;
create index on {caseload_versions}
    (handover_to, era, (coalesce(answer_due, 'infinity')), "case", from_position, until_position)
    where handover_to is not null;
-- Few among many: what the unit offers, what nobody is assigned to, what one is assigned to.
create index on {caseload_versions}
    (unit, era, opened_at, "case", from_position, until_position)
    where handover_to is not null;
create index on {caseload_versions}
    (unit, era, (coalesce(answer_due, 'infinity')), "case", from_position, until_position)
    where handover_to is not null;
create index on {caseload_versions} (unit, era, from_position, until_position)
    where status = 'open' and workers = '{{}}';
create index on {caseload_versions} using gin (workers) where status = 'open';
