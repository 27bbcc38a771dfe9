-- One row per referral: ids, status, dates, units; nothing of what it tells.

create table {inbox} (
    referral    uuid not null,
    receipt     text not null,
    unit        text not null,
    holder      text not null,
    sender_unit text not null,
    informed    text[] not null,
    status      text not null,
    acute       boolean not null,
    received_at timestamptz not null,
    answer_due  timestamptz,
    answered_at timestamptz,
    answered_by uuid,
    "case"      uuid,
    version     bigint not null,
    rank        bigint not null
);

-- indexes
alter table {inbox} add primary key (referral);
create index on {inbox} (unit, rank, referral);
create index on {inbox} (sender_unit, rank, referral);
create index on {inbox} using gin (informed);
