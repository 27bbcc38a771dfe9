-- Inquiries, and the needs that each counts. No person stands in either.

create table {inquiries} (
    inquiry      uuid not null,
    mandate      uuid not null,
    kind         text not null,
    opened_at    timestamptz not null,
    concluded_at timestamptz,
    version      bigint not null
);

create table {inquiry_needs} (
    inquiry      uuid not null,
    need         uuid not null,
    kind         text not null,
    group_token  text not null,
    expressed_on date not null,
    met_by       text
);

-- indexes
alter table {inquiries} add primary key (inquiry);
alter table {inquiry_needs} add primary key (inquiry, need);
