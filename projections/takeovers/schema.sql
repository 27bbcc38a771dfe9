-- One row per request to take a case over; and what else answers one: an offer, or the case's end.

create table {takeovers} (
    takeover     uuid not null,
    "case"       uuid not null,
    unit         text not null,
    requested_at timestamptz not null,
    requested_by uuid not null,
    declined_at  timestamptz,
    position     bigint not null,
    reason_token text
);

create table {takeover_answers} (
    "case"      uuid not null,
    unit        text,
    answered_at timestamptz not null,
    position    bigint not null
);

-- indexes
alter table {takeovers} add primary key (takeover);
create index on {takeovers} (unit, position desc);
create index on {takeovers} ("case", position desc);
create index on {takeover_answers} ("case", position);
