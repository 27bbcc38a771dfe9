-- One row per case: what counts in the workload of its unit and its case workers.

create table {workload} (
    "case"      uuid not null,
    unit        text not null,
    open        boolean not null,
    workers     uuid[] not null,
    handover_to text
) with (parallel_workers = 0);

-- indexes
alter table {workload} add primary key ("case");
create index on {workload} (unit) where open;
create index on {workload} (handover_to) where handover_to is not null;
