-- Who may see what rests on these two tables alone. Compartments and sides stand nowhere else.

create table {access_staff} (
    staff  uuid not null,
    unit   text not null,
    role   text not null,
    side   text,
    active boolean not null
);

create table {access_files} (
    file             uuid not null,
    kind             text not null,
    person           uuid not null,
    compartment      text not null,
    responsible_unit text,
    receiving_unit   text,
    sending_unit     text,
    informed_units   text[] not null,
    workers          uuid[] not null
) with (parallel_workers = 0);

-- indexes
alter table {access_staff} add primary key (staff);
alter table {access_files} add primary key (file);
