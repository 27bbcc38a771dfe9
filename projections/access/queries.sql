-- name: viewer
-- Who somebody is now; nobody, once the position has ended.
select staff, role, unit, side from {access_staff} where staff = %(staff)s and active

-- name: file
select kind, person, compartment, responsible_unit, receiving_unit, sending_unit, informed_units,
       workers
  from {access_files}
 where file = %(file)s
