-- One row per state in which a referral stood.

create table {inbox_versions} (
    referral       uuid not null,
    receipt        text not null,
    unit           text not null,
    holder         text not null,
    sender_unit    text not null,
    informed       text[] not null,
    status         text not null,
    acute          boolean not null,
    received_at    timestamptz not null,
    answer_due     timestamptz,
    answered_at    timestamptz,
    answered_by    uuid,
    "case"         uuid,
    version        bigint not null,
    rank           bigint not null,
    from_position  bigint not null,
    until_position bigint not null,
    era            bigint not null
) with (parallel_workers = 0);

-- indexes
alter table {inbox_versions} add primary key (referral, from_position);
create index on {inbox_versions} (unit, era, rank, referral, from_position, until_position);
create index on {inbox_versions} (sender_unit, era, rank, referral, from_position, until_position);
create index on {inbox_versions} using gin (informed);
