-- name: run
-- The cases that one unit had (or was offered) in one status, in order, from the cursor on.
(select line.*
   from {caseload_versions} as line join {access_files} as file on file.file = line."case"
  where {run} and {beyond} and {visible}
  order by {value} {direction}, line."case" {direction}
  limit %(limit)s)

-- name: beyond
({value}, line."case") {than} (coalesce(%(value)s::timestamptz, 'infinity'), %(case)s::uuid)

-- name: page
-- The first lines of all runs together, each with the last event of its case as of then.
select line."case", line.unit, line.status, line.workers, line.opened_at, last.occurred_at,
       line.handover, line.handover_to, line.answer_due, line.referrals, last.version, last.position
  from (select line.* from ({runs}) as line
         order by {value} {direction}, line."case" {direction}
         limit %(limit)s) as line
 cross join lateral (
       select event.occurred_at, event.version, event.position
         from {timeline} as event
        where event.stream = line."case" and event.position <= %(as_of)s
        order by event.position desc
        limit 1) as last
 order by {value} {direction}, line."case" {direction}
