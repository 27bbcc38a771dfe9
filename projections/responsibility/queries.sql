-- name: gaps
-- What was received a moment ago may be folded up to its routing only with the next page.
select line.file, line.kind, line.holder, line.since, lack.lack, line.asked
  from {responsibility} as line left join {access_files} as file using (file)
 cross join lateral (
       values (line.holder, line.kind, 'nobody-there'), (line.asked, 'answer', 'nobody-to-answer')
       ) as held (unit, duty, nobody)
 cross join lateral (
       select case when held.unit = '' then 'no-holder' else held.nobody end as lack) as lack
 where not line.ended
   and ((line.holder = '' and held.duty <> 'answer' and line.since < now() - interval '1 minute')
        or (held.unit <> '' and file.file is not null
            -- what is sent on is seen by who is asked, once the identity is protected
            and not (file.narrowed and held.duty <> 'answer' and line.asked <> '')
            and not exists (
           select from {access_staff} as staff
             join unnest(%(duties)s::text[], %(compartments)s::text[], %(roles)s::text[],
                         %(sides)s::text[], %(near)s::bool[])
                  as seeing (duty, compartment, role, side, near)
               on (seeing.role, seeing.side) = (staff.role, staff.side)
            where staff.unit = held.unit and staff.active
              and (seeing.duty, seeing.compartment) = (held.duty, file.compartment)
              and (seeing.near or not file.narrowed or staff.staff = any(file.workers))
              and not exists (
                  select from {staff_leaves} as leave
                   where leave.staff = staff.staff
                     and (now() at time zone 'Europe/Stockholm')::date
                         between leave.since and leave.until))))
 order by line.since, line.file, lack.lack
 limit %(limit)s

-- name: without_holder
select count(*)
  from {responsibility} as line
 where not line.ended and line.holder = '' and line.since < now() - interval '1 minute'

-- name: with_nobody_there
select coalesce(sum(held.files), 0)::bigint
  from (select line.holder as unit, line.kind as duty, file.compartment, file.narrowed,
               near.workers, count(*) as files
          from {responsibility} as line join {access_files} as file using (file)
         cross join lateral (select case when file.narrowed then file.workers end) as near (workers)
         where not line.ended and line.holder <> '' and not (file.narrowed and line.asked <> '')
         group by line.holder, line.kind, file.compartment, file.narrowed, near.workers
        union all
        select line.asked, 'answer', file.compartment, file.narrowed, near.workers, count(*)
          from {responsibility} as line join {access_files} as file using (file)
         cross join lateral (select case when file.narrowed then file.workers end) as near (workers)
         where not line.ended and line.asked <> ''
         group by line.asked, file.compartment, file.narrowed, near.workers) as held
 where not exists (
           select from {access_staff} as staff
             join unnest(%(duties)s::text[], %(compartments)s::text[], %(roles)s::text[],
                         %(sides)s::text[], %(near)s::bool[])
                  as seeing (duty, compartment, role, side, near)
               on (seeing.role, seeing.side) = (staff.role, staff.side)
            where staff.unit = held.unit and staff.active
              and (seeing.duty, seeing.compartment) = (held.duty, held.compartment)
              and (seeing.near or not held.narrowed or staff.staff = any(held.workers))
              and not exists (
                  select from {staff_leaves} as leave
                   where leave.staff = staff.staff
                     and (now() at time zone 'Europe/Stockholm')::date
                         between leave.since and leave.until))

-- name: unstaffed
-- A side is there if somebody is who may answer what comes to it. What it holds, and is asked.
select carried.unit, carried.side,
       (select count(*)
          from {responsibility} as line join {access_files} as file using (file)
         where not line.ended and carried.unit in (line.holder, line.asked)
           and file.compartment = carried.side)
  from unnest(%(units)s::text[], %(of_sides)s::text[]) as carried (unit, side)
 where not exists (
           select from {access_staff} as staff
             join unnest(%(duties)s::text[], %(compartments)s::text[], %(roles)s::text[],
                         %(sides)s::text[]) as seeing (duty, compartment, role, side)
               on (seeing.role, seeing.side) = (staff.role, staff.side)
            where staff.unit = carried.unit and staff.active
              and (seeing.duty, seeing.compartment) = ('answer', carried.side)
              and not exists (
                  select from {staff_leaves} as leave
                   where leave.staff = staff.staff
                     and (now() at time zone 'Europe/Stockholm')::date
                         between leave.since and leave.until))
 order by carried.unit, carried.side
