-- One row per referral and case: the unit responsible for it, until it is at its end.

create table {responsibility} (
    file   uuid not null,
    kind   text not null,
    holder text not null,
    ended  boolean not null,
    since  timestamptz not null,
    asked  text not null
);

-- indexes
alter table {responsibility} add primary key (file);
create index on {responsibility} (holder) where not ended;
create index on {responsibility} (asked) where not ended and asked <> '';
