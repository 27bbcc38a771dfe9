-- The staff directory. Names are sealed; sides stand in access_staff alone.

create table {staff} (
    staff      uuid not null,
    unit       text not null,
    role       text not null,
    active     boolean not null,
    name       text not null,
    qualified  boolean not null,
    since      date not null,
    until      date,
    open_cases integer not null,
    version    bigint not null,
    percentage integer not null
);

-- When somebody is away; never why.
create table {staff_leaves} (
    staff   uuid not null,
    leave   uuid not null,
    since   date not null,
    until   date not null
);

-- indexes
alter table {staff} add primary key (staff);
create index on {staff} (unit, staff);
alter table {staff_leaves} add primary key (staff, leave);
