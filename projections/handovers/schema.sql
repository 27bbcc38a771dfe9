-- One row per handover: who offered what to whom, by when the answer is due, and what came of it.

create table {handovers} (
    handover    uuid not null,
    "case"      uuid not null,
    from_unit   text not null,
    to_unit     text not null,
    status      text not null,
    offered_at  timestamptz not null,
    offered_by  uuid not null,
    answer_due  timestamptz not null,
    answered_at timestamptz,
    answered_by uuid,
    version     bigint not null,
    rank        bigint not null
);

-- indexes
alter table {handovers} add primary key (handover);
create index on {handovers} (to_unit, rank, handover);
create index on {handovers} (from_unit, rank, handover);
