-- name: run
-- The cases of one unit (or offered to it) in one status, in order, from the cursor on.
(select line.*
   from {caseload} as line join {access_files} as file on file.file = line."case"
  where {run} and {beyond} and {visible}
  order by {value} {direction}, line."case" {direction}
  limit %(limit)s)

-- name: beyond
({value}, line."case") {than} (coalesce(%(value)s::timestamptz, 'infinity'), %(case)s::uuid)

-- name: page
-- The first lines of all runs together; no case is in two of them.
select line.* from ({runs}) as line
 order by {value} {direction}, line."case" {direction}
 limit %(limit)s

-- name: line
select line.*
  from {caseload} as line join {access_files} as file on file.file = line."case"
 where line."case" = %(case)s and {visible}

-- name: counts
select count(*) filter (where line.status = 'open' and line.unit = %(unit)s) as open,
       count(*) filter (where line.status = 'open' and line.unit = %(unit)s
                          and line.workers = '{{}}') as unassigned,
       count(*) filter (where line.handover_to = %(unit)s) as handovers_in,
       count(*) filter (where line.handover_to is not null and line.unit = %(unit)s) as handovers_out,
       count(*) filter (where line.answer_due < %(now)s) as overdue,
       count(*) filter (where line.status = 'closed') as closed
  from {caseload} as line join {access_files} as file on file.file = line."case"
 where (line.unit = %(unit)s or line.handover_to = %(unit)s) and {visible}
