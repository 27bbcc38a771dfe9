-- One row per external referral: that it was made, whether it waits, when it is asked after.

create table {external_referrals} (
    referral    uuid not null,
    "case"      uuid not null,
    status      text not null,
    made_at     timestamptz not null,
    due         timestamptz,
    answered_at timestamptz,
    position    bigint not null
);

-- indexes
alter table {external_referrals} add primary key (referral);
create index on {external_referrals} ("case", position desc);
create index on {external_referrals} (position desc);
