-- name: page
-- Those that a unit handles, the latest first, from the cursor on.
select *
  from {police_operations}
 where %(unit)s = any(handled_by)
   and (planned_on, operation) < (%(planned_on)s, %(operation)s)
 order by planned_on desc, operation desc
 limit %(limit)s

-- name: line
select * from {police_operations} where operation = %(operation)s and %(unit)s = any(handled_by)

-- name: unacknowledged
select count(*) from {police_operations}
 where acknowledged_at is null and acknowledgement_due < now()
