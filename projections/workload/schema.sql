-- One row per case: what counts in the workload of its unit and its case workers.

create table {workload} (
    "case"      uuid not null,
    unit        text not null,
    open        boolean not null,
    workers     uuid[] not null,
    handover_to text
) with (parallel_workers = 0);

-- What a case weighs; neutral, and no more than a compilation may hold.
create table {workload_weights} (
    "case"        uuid not null,
    investigating boolean not null,
    deadlines     uuid[] not null
);

create table {workload_referrals} (
    referral uuid not null,
    acute    boolean not null,
    "case"   uuid
);

-- indexes
alter table {workload} add primary key ("case");
create index on {workload} (unit) where open;
create index on {workload} (handover_to) where handover_to is not null;
alter table {workload_weights} add primary key ("case");
alter table {workload_referrals} add primary key (referral);
create index on {workload_referrals} ("case") where acute;
