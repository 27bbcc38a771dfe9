-- One row per stream of a file: a case, or a referral. Whose it is, access says.

create table {retention} (
    stream    uuid not null,
    "case"    uuid,
    in_use    boolean not null,
    last_note timestamptz not null,
    version   bigint not null
);

-- indexes
alter table {retention} add primary key (stream);
create index on {retention} (last_note) where not in_use and "case" is null;
