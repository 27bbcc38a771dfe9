-- One row per case, and only what a compilation may hold (SoLPuL 7 a §): ids, status, dates, owner.
-- Compartment and person stand in access_files, which every query joins.

create table {caseload} (
    "case"        uuid not null,
    unit          text not null,
    status        text not null,
    workers       uuid[] not null,
    opened_at     timestamptz not null,
    last_event_at timestamptz not null,
    handover      uuid,
    handover_to   text,
    answer_due    timestamptz,
    referrals     uuid[] not null,
    version       bigint not null,
    position      bigint not null
);

-- indexes
alter table {caseload} add primary key ("case");
-- A page is a run of one of these: a unit, a status, and the order that was asked for.
create index on {caseload} (unit, status, opened_at, "case");
create index on {caseload} (unit, status, last_event_at, "case");
create index on {caseload} (unit, status, (coalesce(answer_due, 'infinity')), "case");
-- Standing offers, by the unit that must answer; there are few.
create index on {caseload} (handover_to, answer_due, "case") where handover is not null;
create index on {caseload} (unit) where handover is not null;
create index on {caseload} using gin (workers) where status = 'open';
