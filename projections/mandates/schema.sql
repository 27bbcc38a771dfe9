-- The board's decisions, which are public, and what each has started.

create table {mandates} (
    mandate         uuid not null,
    register_number text not null,
    decided_on      date not null,
    matter          text not null,
    version         bigint not null
);

create table {mandate_works} (
    mandate    uuid not null,
    work       uuid not null,
    matter     text not null,
    started_at timestamptz not null,
    kind       text
);

-- indexes
alter table {mandates} add primary key (mandate);
alter table {mandate_works} add primary key (mandate, work);
