-- One row per referral, or police operation, for whoever sent it: that it arrived, and whether it is answered.

create table {sender_receipts} (
    referral     uuid not null,
    receipt      text not null,
    sender_unit  text not null,
    received_at  timestamptz not null,
    routed_at    timestamptz,
    answered_at  timestamptz,
    withdrawn_at timestamptz,
    operation    boolean not null,
    lacking      text[] not null
);

-- indexes
alter table {sender_receipts} add primary key (referral);
create index on {sender_receipts} (sender_unit, received_at desc, receipt desc);
create index on {sender_receipts} (receipt);
