-- name: page
-- The latest first, of a kind or of all, from the cursor on.
select *
  from {activities}
 where (%(kind)s::text is null or kind = %(kind)s)
   and (planned_on, activity) < (%(planned_on)s, %(activity)s)
 order by planned_on desc, activity desc
 limit %(limit)s

-- name: line
select * from {activities} where activity = %(activity)s

-- name: reach
select extract(year from held_on)::integer, kind, age_band, count(*), sum(reached), sum(schools)
  from {activities}
 where held_on is not null
 group by 1, 2, 3
 order by 1 desc, 2, 3 nulls last
