-- name: gaps
-- What was received a moment ago may be folded up to its routing only with the next page.
select line.file, line.kind, line.holder, line.since,
       case when line.holder = '' then 'no-holder' else 'nobody-there' end as lack
  from {responsibility} as line
 where not line.ended
   and ((line.holder = '' and line.since < now() - interval '1 minute')
        or (line.holder <> ''
            and not exists (select from {access_staff} as staff
                             where staff.unit = line.holder and staff.active)))
 order by line.since, line.file
 limit %(limit)s

-- name: without_holder
select count(*)
  from {responsibility} as line
 where not line.ended and line.holder = '' and line.since < now() - interval '1 minute'

-- name: with_nobody_there
select coalesce(sum(held.files), 0)::bigint
  from (select line.holder, count(*) as files
          from {responsibility} as line
         where not line.ended and line.holder <> ''
         group by line.holder) as held
 where not exists (select from {access_staff} as staff
                    where staff.unit = held.holder and staff.active)
