-- One row per activity: codes, days, units and numbers. There is no column that could hold anybody.

create table {activities} (
    activity          uuid not null,
    kind              text not null,
    status            text not null,
    responsible       text[] not null,
    cooperating       text[] not null,
    planned_on        date not null,
    place             text not null,
    audience          text not null,
    age_band          text,
    partners          text[] not null,
    held_on           date,
    reached           integer,
    schools           integer,
    cancelled_because text,
    version           bigint not null
);

-- indexes
alter table {activities} add primary key (activity);
create index on {activities} (planned_on desc, activity desc);
