-- name: run
-- The handovers of one direction, in order, from the cursor on, visible as their case is.
(select line.*
   from {handovers_versions} as line join {access_files} as file on file.file = line."case"
  where {run} and {beyond} and {visible}
  order by line.rank, line.handover
  limit %(limit)s)

-- name: page
select line.handover, line."case", line.from_unit, line.to_unit, line.status, line.offered_at,
       line.offered_by, line.answer_due, line.answered_at, line.answered_by, line.version,
       line.rank
  from ({runs}) as line
 order by line.rank, line.handover
 limit %(limit)s
