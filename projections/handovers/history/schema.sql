-- One row per state in which a handover stood.

create table {handovers_versions} (
    handover       uuid not null,
    "case"         uuid not null,
    from_unit      text not null,
    to_unit        text not null,
    status         text not null,
    offered_at     timestamptz not null,
    offered_by     uuid not null,
    answer_due     timestamptz not null,
    answered_at    timestamptz,
    answered_by    uuid,
    version        bigint not null,
    rank           bigint not null,
    from_position  bigint not null,
    until_position bigint not null,
    era            bigint not null
) with (parallel_workers = 0);

-- indexes
alter table {handovers_versions} add primary key (handover, from_position);
create index on {handovers_versions} (to_unit, era, rank, handover, from_position, until_position);
create index on {handovers_versions} (from_unit, era, rank, handover, from_position, until_position);
