-- name: gaps
-- What was received a moment ago may be folded up to its routing only with the next page.
select line.file, line.kind, line.holder, line.since,
       case when line.holder = '' then 'no-holder' else 'nobody-there' end as lack
  from {responsibility} as line left join {access_files} as file using (file)
 where not line.ended
   and ((line.holder = '' and line.since < now() - interval '1 minute')
        or (line.holder <> '' and file.file is not null
            and not exists (
                select from {access_staff} as staff
                  join unnest(%(kinds)s::text[], %(compartments)s::text[], %(roles)s::text[],
                              %(sides)s::text[]) as seeing (kind, compartment, role, side)
                    on (seeing.role, seeing.side) = (staff.role, staff.side)
                 where staff.unit = line.holder and staff.active
                   and (seeing.kind, seeing.compartment) = (line.kind, file.compartment))))
 order by line.since, line.file
 limit %(limit)s

-- name: without_holder
select count(*)
  from {responsibility} as line
 where not line.ended and line.holder = '' and line.since < now() - interval '1 minute'

-- name: with_nobody_there
select coalesce(sum(held.files), 0)::bigint
  from (select line.holder, line.kind, file.compartment, count(*) as files
          from {responsibility} as line join {access_files} as file using (file)
         where not line.ended and line.holder <> ''
         group by line.holder, line.kind, file.compartment) as held
 where not exists (
           select from {access_staff} as staff
             join unnest(%(kinds)s::text[], %(compartments)s::text[], %(roles)s::text[],
                         %(sides)s::text[]) as seeing (kind, compartment, role, side)
               on (seeing.role, seeing.side) = (staff.role, staff.side)
            where staff.unit = held.holder and staff.active
              and (seeing.kind, seeing.compartment) = (held.kind, held.compartment))
