-- name: page
-- Colleagues, unit by unit.
select line.*
  from {staff} as line join {access_staff} as access on access.staff = line.staff
 where {colleague} and (line.unit, line.staff) > (%(after_unit)s, %(after_staff)s)
   and (line.active or not %(active)s)
 order by line.unit, line.staff
 limit %(limit)s

-- name: line
select line.*
  from {staff} as line join {access_staff} as access on access.staff = line.staff
 where line.staff = %(staff)s and {colleague}

-- name: leaves
select line.*
  from {staff_leaves} as line join {access_staff} as access on access.staff = line.staff
 where line.staff = any(%(wanted)s) and {colleague}
   and (%(on)s::date is null or %(on)s between line.since and line.until)
 order by line.since desc, line.leave

-- name: names
select staff, name from {staff} where staff = any(%(wanted)s)
