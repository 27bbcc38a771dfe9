-- Confidentiality reviews: what each has drawn from the access log, by receipts, and what came of
-- it. Who read what stands in the receipts alone.

create table {reviews} (
    review           uuid not null,
    opened_at        timestamptz not null,
    opened_by        uuid not null,
    period_from      date not null,
    period_until     date not null,
    unit             text,
    rule             text not null,
    size             bigint not null,
    seed             bigint not null,
    receipts         bigint not null,
    accesses         bigint not null,
    ground_token     text not null,
    closed_at        timestamptz,
    next_due         date,
    conclusion_token text,
    version          bigint not null
);

create table {review_starts} (
    position   bigint not null,
    started_at timestamptz not null
);

create table {review_drawn} (
    review      uuid not null,
    position    bigint not null,
    receipts    bigint[] not null,
    sampled     boolean[] not null,
    flags_token text not null
);

create table {review_accesses} (
    review          uuid not null,
    receipt         bigint not null,
    judgement_token text,
    ground_token    text,
    judged_by       uuid,
    asked_at        timestamptz,
    asked_about     uuid,
    asked_unit      text,
    question_token  text,
    answered_at     timestamptz,
    answered_by     uuid,
    answer_token    text
);

create table {review_findings} (
    review     uuid not null,
    finding    uuid not null,
    found_at   timestamptz not null,
    found_by   uuid not null,
    receipts   bigint[] not null,
    kind_token text not null,
    text_token text not null
);

-- indexes
alter table {reviews} add primary key (review);
alter table {review_starts} add primary key (position);
alter table {review_drawn} add primary key (position);
create index on {review_drawn} (review);
alter table {review_accesses} add primary key (review, receipt);
create index on {review_accesses} (asked_unit) where asked_unit is not null;
alter table {review_findings} add primary key (review, finding);
