-- name: viewers
-- Who they are now; nobody, once the position has ended.
select staff, role, unit, side,
       array(select opened.case_id
               from unnest(emergencies, emergencies_until) as opened (case_id, until)
              where opened.until > %s::timestamptz)
  from {access_staff}
 where staff = any(%s::uuid[]) and active

-- name: open_cases
-- By case, with their persons, but for those of some units; of theirs, wherever coordinators are
-- engaged: for the time service.
select file, person from {access_files}
 where status = 'open' and (responsible_unit <> all(%s::text[]) or engaged <> '{{}}')

-- name: engaged_cases
-- In which coordinators are engaged: for the time service.
select file from {access_files} where engaged <> '{{}}'

-- name: files
select file, kind, person, compartment, responsible_unit, receiving_unit, sending_unit,
       informed_units, workers, engaged, consulted_units, narrowed
  from {access_files}
 where file = any(%s::uuid[])
