-- Teams across units, and who is in them. Names of members stand, sealed, in the staff directory.

create table {team} (
    team            uuid not null,
    register_number text not null,
    decided_on      date not null,
    established_at  timestamptz,
    lead_unit       text,
    pilot_from      date,
    pilot_until     date,
    version         bigint not null,
    evaluated_on    date,
    recommendation  text,
    future          text,
    future_register_number text,
    future_decided_on      date
);

create table {team_costs} (
    team         uuid not null,
    period_from  date not null,
    period_until date not null,
    kronor       bigint not null
);

-- Who joined and who left, in order; whoever leaves has neither unit nor percentage there.
create table {team_moves} (
    team       uuid not null,
    staff      uuid not null,
    unit       text,
    percentage integer,
    moved_at   timestamptz not null,
    position   bigint not null
);

-- indexes
alter table {team} add primary key (team);
alter table {team_moves} add primary key (team, position);
alter table {team_costs} add primary key (team, period_from);
