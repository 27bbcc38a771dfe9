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

create table {team_members} (
    team       uuid not null,
    staff      uuid not null,
    unit       text not null,
    percentage integer not null,
    joined_at  timestamptz not null,
    left_at    timestamptz
);

-- indexes
alter table {team} add primary key (team);
alter table {team_members} add primary key (team, staff);
alter table {team_costs} add primary key (team, period_from);
