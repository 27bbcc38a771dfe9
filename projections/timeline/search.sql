-- name: search
-- Looks through at most so many of the events that the first condition leads to, in the order of
-- the log, and tells how far it came: however rarely the others hold, a page costs no more.
with looked_at as materialized ({leads}),
reached as (
    select count(*) as looked_at, max(position) as position from looked_at
)
select reached.looked_at, reached.position, found.*
  from reached
  left join lateral (
    select * from looked_at where {holds} order by looked_at.position limit %(limit)s
  ) as found on true
 order by found.position

-- name: all
select stream, position, version, name, actor, unit, occurred_at, recorded_at, facts, sealed
  from {timeline}
 where position > %(after)s and position <= %(last)s
 order by position
 limit %(most)s

-- name: by
-- Spelled so that one index alone has the order: with an equality, the planner may as well go
-- through the whole log in the order of positions.
select stream, position, version, name, actor, unit, occurred_at, recorded_at, facts, sealed
  from {timeline}
 where ({column}, position) > ({value}, %(after)s::bigint)
   and ({column}, position) <= ({value}, %(last)s::bigint)
 order by {column}, position
 limit %(most)s

-- name: by_streams
select line.*
  from unnest(%(streams)s::uuid[]) as asked (stream)
 cross join lateral (
    select stream, position, version, name, actor, unit, occurred_at, recorded_at, facts, sealed
      from {timeline} as line
     where (line.stream, line.position) > (asked.stream, %(after)s::bigint)
       and (line.stream, line.position) <= (asked.stream, %(last)s::bigint)
     order by line.stream, line.position
     limit %(most)s
  ) as line
 order by line.position
 limit %(most)s

-- name: stood
-- The last event of a stream by each of some positions, where there is one.
select asked.position, line.version, line.position, line.name
  from unnest(%(positions)s::bigint[]) as asked (position)
 cross join lateral (
    select version, position, name from {timeline}
     where (stream, position) <= (%(stream)s, asked.position) and stream = %(stream)s
     order by stream desc, position desc limit 1
  ) as line

-- name: of_stream
select stream, position, version, name, actor, unit, occurred_at, recorded_at, facts, sealed
  from {timeline}
 where stream = %(stream)s and version > %(after)s and version <= %(until)s
 order by position
