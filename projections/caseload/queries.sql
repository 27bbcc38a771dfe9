-- name: run
-- The cases of one unit (or offered to it) in one status, in order, from the cursor on.
(select line.*
   from {caseload} as line join {access_files} as file on file.file = line."case"
  where {run} and {way} and {beyond} and {visible}
  order by {value} {direction}, line."case" {direction}
  limit %(limit)s)

-- name: one_side_first
-- What may be visible at all, whatever its status.
line."case" = any(array(
    select file from {access_files}
     where responsible_unit = %(unit)s and compartment = any(%(visible_compartments)s::text[])
       and status is not null
     union all
    select file from {access_files} where receiving_unit = %(unit)s and answer_due is not null
     union all
    select file from {access_files} where workers @> array[%(visible_staff)s]::uuid[]))

-- name: few_first
-- What is filtered is never much; but the planner, who does not know what for, would look for it
-- among all in order.
line."case" = any(array(select one."case" from {caseload} as one where {run}))

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

-- name: changed
-- Of some cases, the lines of those that are in the caseload.
select line.*
  from {caseload} as line join {access_files} as file on file.file = line."case"
 where line."case" = any(%(cases)s::uuid[]) and {belongs} and {visible}
 order by line.position
