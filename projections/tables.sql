-- The engine's statements over any table of a projection. Columns and keys come from its row.

-- name: columns
select attname, format_type(atttypid, atttypmod)
  from pg_attribute
 where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped and attgenerated = ''
 order by attnum

-- name: current
select {columns} from {table} join unnest({keys}) as touched ({key}) using ({key})

-- name: write
-- One statement for a whole page, however many rows it changed.
insert into {table} ({columns})
select {values} from unnest({arrays}) as changed ({columns})
on conflict ({key}) do update set {changes}

-- name: remove
delete from {table} where ({key}) in (select * from unnest({keys}))

-- name: add
copy {table} ({columns}) from stdin

-- name: digest
-- Every stored column of every row, whatever the order of the rows.
select count(*) || ':' || coalesce(sum(hashtextextended(stored::text, 0)::numeric), 0)
  from {table} as stored

-- name: drop
drop table if exists {table}

-- name: analyze
analyze {table}

-- name: rename
alter table if exists {table} rename to {to}
