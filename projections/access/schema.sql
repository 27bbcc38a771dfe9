-- Who may see what rests on these tables alone. Compartments and sides stand nowhere else; so the
-- cases are counted here, too: how many of each kind somebody may see.

create table {access_staff} (
    staff  uuid not null,
    unit   text not null,
    role   text not null,
    side   text,
    active boolean not null,
    emergencies       uuid[] not null,
    emergencies_until timestamptz[] not null
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
    workers          uuid[] not null,
    engaged          uuid[] not null,
    consulted_units  text[] not null,
    narrowed         boolean not null,
    status           text,
    answer_due       timestamptz
) with (parallel_workers = 0);

create table {access_merges} (
    person      uuid not null,
    into_person uuid not null
);

-- Few rows, and always the same: counted up and down in place.
create table {access_counts} (
    unit        text not null,
    compartment text not null,
    kind        text not null,
    due         date not null,
    narrowed    boolean not null,
    n           bigint not null,
    primary key (unit, compartment, kind, due, narrowed)
) with (fillfactor = 50);

-- indexes
alter table {access_staff} add primary key (staff);
alter table {access_files} add primary key (file);
alter table {access_merges} add primary key (person);
create index on {access_merges} (into_person);
create index on {access_files} (person);
-- A unit's few cases on a side that most of its cases are not on.
create index on {access_files} (responsible_unit, compartment) where status is not null;
create index on {access_files} using gin (workers);
create index on {access_files} using gin (engaged);
create index on {access_files} using gin (consulted_units);
-- Whose answer falls due today: the days before are counted.
create index on {access_files} (receiving_unit, answer_due) where answer_due is not null;
create index on {access_files} (responsible_unit, answer_due) where answer_due is not null;
