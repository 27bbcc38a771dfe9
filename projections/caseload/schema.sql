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
) with (parallel_workers = 0);  -- a page is short: starting helpers takes longer than reading it

-- indexes
alter table {caseload} add primary key ("case");
-- A page is a run of one of these: a unit's cases in one status, in the order that was asked for;
create index on {caseload} (unit, status, opened_at, "case");
create index on {caseload} (unit, status, last_event_at, "case");
create index on {caseload} (unit, status, (coalesce(answer_due, 'infinity')), "case");
-- those that are offered to it, likewise, which are few; and those that it offers.
create index on {caseload} (handover_to, opened_at, "case") where handover_to is not null;
create index on {caseload} (handover_to, last_event_at, "case") where handover_to is not null;
create index on {caseload} (handover_to, (coalesce(answer_due, 'infinity')), "case")
    where handover_to is not null;
create index on {caseload} (unit, (coalesce(answer_due, 'infinity')), "case")
    where handover_to is not null;
-- What is filtered is few, and found by its own.
create index on {caseload} using gin (workers) where status = 'open';
create index on {caseload} (unit, "case") where status = 'open' and workers = '{{}}';
