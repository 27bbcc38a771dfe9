create table {disposals} (
    disposal      uuid not null,
    status        text not null,
    files         uuid[] not null,
    persons       uuid[] not null,
    left_out      uuid[] not null,
    latest        date not null,
    planned_at    timestamptz not null,
    planned_by    uuid not null,
    decided_at    timestamptz,
    decided_by    uuid,
    executed_at   timestamptz,
    handed_out    integer,
    erased_at     timestamptz,
    keys          integer,
    backups_until date,
    version       bigint not null
);

-- indexes
alter table {disposals} add primary key (disposal);
create index on {disposals} (planned_at);
