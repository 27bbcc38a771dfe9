-- name: page
-- The handovers of one direction, in order, from the cursor on, visible as their case is.
select line.*
  from {handovers} as line join {access_files} as file on file.file = line."case"
 where {filters} and {beyond} and {visible}
 order by line.rank, line.handover
 limit %(limit)s
