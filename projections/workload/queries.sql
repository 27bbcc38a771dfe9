-- name: carried
-- The open cases of a unit, and those that are offered to it. A lateral question with a limit is
-- asked case by case: no plan turns it into reading the whole of access.
select line.unit, line.workers, line.handover_to
  from (select * from {workload} where open and unit = %(unit)s
        union all
        select * from {workload} where open and handover_to = %(unit)s) as line
 cross join lateral (
       select from {access_files} as file
        where file.file = line."case" and {visible} limit 1) as seen

-- name: of_unit
with carried as materialized ({carried}),
by_worker as (
    select worker, count(*) as cases
      from carried cross join unnest(carried.workers) as worker
     where carried.unit = %(unit)s
     group by worker
)
select count(*) filter (where unit = %(unit)s),
       count(*) filter (where unit = %(unit)s and workers = '{{}}'),
       count(*) filter (where handover_to = %(unit)s),
       count(*) filter (where unit = %(unit)s and handover_to is not null),
       array(select worker from by_worker order by cases desc, worker),
       array(select cases from by_worker order by cases desc, worker)
  from carried
