-- name: carried
-- The cases that a unit had open, and those that were offered to it.
select line.unit, line.workers, line.handover_to
  from (select * from {workload_versions} as line
         where line.open and line.unit = %(unit)s and {stood}
        union all
        select * from {workload_versions} as line
         where line.open and line.handover_to = %(unit)s and {stood}) as line
 cross join lateral (
       select from {access_files} as file
        where file.file = line."case" and {visible} limit 1) as seen
