-- name: weighed
-- The open cases of a unit that are allowed to count, and what each weighs.
select line."case", line.workers, {weighs} as points
  from {workload} as line join {workload_weights} as weight using ("case")
 cross join lateral (
       select from {access_files} as file
        where file.file = line."case" and {allowed} limit 1) as seen
 where line.open and line.unit = %(unit)s

-- name: weighs
%(case)s
+ case when weight.investigating then %(investigation)s else 0 end
+ case when exists (select from {workload_referrals} as received
                     where received."case" = line."case" and received.acute)
       then %(acute)s else 0 end
+ cardinality(weight.deadlines) * %(deadline)s

-- name: carried
-- The unit as a whole, and each who carries something: a case with two workers weighs on both.
with weighed as materialized ({weighed})
select null::uuid as staff, coalesce(sum(points), 0)::bigint from weighed
 union all
select worker, sum(points)::bigint
  from weighed cross join unnest(workers) as worker
 group by worker

-- name: of_case
select ({weighs})::bigint
  from {workload} as line join {workload_weights} as weight using ("case")
 where line."case" = %(of)s

-- name: hands
-- Who may carry cases in a unit, on a side; and whether they are on leave.
select line.staff, line.role, line.percentage,
       exists (select from {staff_leaves} as leave
                where leave.staff = line.staff and %(today)s between leave.since and leave.until)
  from {staff} as line join {access_staff} as access using (staff)
 where access.active and access.unit = %(unit)s and access.side = %(side)s
   and access.role in ('case-worker', 'unit-manager')
