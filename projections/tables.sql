-- The engine's statements over any table of a projection. Columns and keys come from its row.

-- name: columns
select attname, format_type(atttypid, null)
  from pg_attribute
 where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped and attgenerated = ''
 order by attnum

-- name: gone
select name from unnest(%s::text[]) as asked (name) where to_regclass(name) is null

-- name: current
select {columns} from {table} join unnest({keys}) as touched ({key}) using ({key})

-- name: stage
-- Where rows arrive that replace others. It is empty whenever a transaction begins.
create temp table {stage} on commit delete rows as
select {columns} from {table} with no data

-- name: write
insert into {table} ({columns})
select {columns} from {stage}
on conflict ({key}) do update set {changes}

-- name: remove
delete from {table} where ({key}) in (select * from unnest({keys}))

-- name: dispose
delete from {table} where {file} = any(%s::uuid[]) returning {columns}

-- name: add
copy {table} ({columns}) from stdin (format binary)

-- name: count
-- So many more, or fewer, of each kind.
insert into {table} as tally ({columns})
select * from unnest({arrays})
on conflict ({key}) do update set n = tally.n + excluded.n

-- name: none_left
delete from {table} where n = 0

-- name: digest
-- Every stored column of every row, whatever the order of the rows.
select count(*) || ':' || coalesce(sum(hashtextextended(stored::text, 0)::numeric), 0)
  from {table} as stored

-- name: guard
-- A second wall: whoever reads without having said for whom sees no row. The owner, who writes, does.
alter table {table} enable row level security;
create policy for_a_viewer on {table} for select using ({a_viewer_is_set}())

-- name: drop
drop table if exists {table}

-- name: analyze
analyze {table}

-- name: rename
alter table if exists {table} rename to {to}
