-- Whose each receipt is: keyed tokens of ids, so that this table tells nothing by itself.

create table {audit_reads} (
    subject  bytea not null,
    position bigint not null
);

-- indexes
alter table {audit_reads} add primary key (subject, position);
