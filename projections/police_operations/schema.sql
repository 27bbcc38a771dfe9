-- One row per police operation. Whom it met stands in the referrals, which are sealed here.

create table {police_operations} (
    operation           uuid not null,
    announced_at        timestamptz not null,
    planned_on          date not null,
    handled_by          text[] not null,
    acknowledged_by     text[] not null,
    acknowledgement_due timestamptz not null,
    acknowledged_at     timestamptz,
    persons_met         integer not null,
    referrals           text[] not null,
    closed_at           timestamptz,
    version             bigint not null
);

-- indexes
alter table {police_operations} add primary key (operation);
create index on {police_operations} (planned_on desc, operation desc);
create index on {police_operations} (acknowledgement_due) where acknowledged_at is null;
