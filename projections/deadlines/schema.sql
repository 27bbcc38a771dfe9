-- One row per deadline: what is due in neutral words, when, and what came of it.

create table {deadlines} (
    file      uuid not null,
    deadline  uuid not null,
    kind      text not null,
    asked     boolean not null,
    due       timestamptz not null,
    warned    timestamptz not null,
    status    text not null,
    escalated integer not null,
    reminded  text[] not null,
    ended_at  timestamptz,
    units     text[] not null,
    lacking   text[] not null
);

-- Where a referral is carried on.
create table {deadline_referrals} (
    referral uuid not null,
    "case"   uuid not null
);

-- indexes
alter table {deadlines} add primary key (file, deadline);
create index on {deadlines} (due, file, deadline) where ended_at is null;
create index on {deadlines} (due, file, deadline) where units <> '{{}}';
alter table {deadline_referrals} add primary key (referral);
create index on {deadline_referrals} ("case");
