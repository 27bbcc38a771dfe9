-- Every time that somebody opened a case in an emergency.

create table {emergencies} (
    "case"       uuid not null,
    position     bigint not null,
    staff        uuid not null,
    unit         text not null,
    taken_at     timestamptz not null,
    until        timestamptz not null,
    reason_token text not null
);

-- indexes
alter table {emergencies} add primary key (position);
create index on {emergencies} ("case");
create index on {emergencies} (until);
