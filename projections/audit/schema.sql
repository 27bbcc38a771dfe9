-- Whose each receipt is: keyed tokens of ids with a block of positions, so that this table tells
-- nothing by itself. A page of cases is one row, and fifty entries in an index that takes them together.

create table {audit_reads} (
    position bigint not null,
    subjects bytea[] not null
);

-- indexes
alter table {audit_reads} add primary key (position);
create index on {audit_reads} using gin (subjects);
