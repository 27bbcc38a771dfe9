-- One row per state of what a case counts for.

create table {workload_versions} (
    "case"         uuid not null,
    unit           text not null,
    open           boolean not null,
    workers        uuid[] not null,
    handover_to    text,
    from_position  bigint not null,
    until_position bigint not null,
    era            bigint not null
) with (parallel_workers = 0);

-- indexes
alter table {workload_versions} add primary key ("case", from_position);
create index on {workload_versions} (unit, era, from_position, until_position) where open;
create index on {workload_versions} (handover_to, era, from_position, until_position)
    where handover_to is not null;
