-- name: counts
-- Days gone by are counted; of today, only what is past. Whoever does not come near the protected
-- counts of them those that they are assigned to.
select coalesce(sum(n) filter (where mine and kind = 'open'), 0)::bigint as open,
       coalesce(sum(n) filter (where mine and kind = 'unassigned'), 0)::bigint as unassigned,
       coalesce(sum(n) filter (where mine and kind = 'offered-to'), 0)::bigint as handovers_in,
       coalesce(sum(n) filter (where mine and kind = 'offered-by'), 0)::bigint as handovers_out,
       coalesce(sum(n) filter (where mine and kind in ('offered-to', 'offered-by')
                                 and due < %(today)s), 0)::bigint
       + (select count(*) from {access_files}
           where receiving_unit = %(unit)s
             and answer_due >= %(midnight)s and answer_due < %(now)s
             and compartment = any(%(visible_compartments)s::text[])
             and (%(near)s or not narrowed or %(visible_staff)s = any(workers)))
       + (select count(*) from {access_files}
           where responsible_unit = %(unit)s
             and answer_due >= %(midnight)s and answer_due < %(now)s
             and compartment = any(%(visible_compartments)s::text[])
             and (%(near)s or not narrowed or %(visible_staff)s = any(workers))) as overdue,
       coalesce(sum(n) filter (where mine and kind = 'closed'), 0)::bigint as closed,
       {few} as few
  from (select kind, due, n, compartment = any(%(visible_compartments)s::text[]) as mine
          from {access_counts}
         where unit = %(unit)s and (%(near)s or not narrowed)
         union all
        select told.kind, told.due, 1, true
          from {access_files} as file
         cross join lateral (values
                   (file.status, '0001-01-01'::date, file.responsible_unit),
                   ('offered-by', (file.answer_due at time zone 'UTC')::date, file.responsible_unit),
                   ('offered-to', (file.answer_due at time zone 'UTC')::date, file.receiving_unit)
                ) as told (kind, due, unit)
         where not %(near)s and file.narrowed and %(visible_staff)s = any(file.workers)
           and told.unit = %(unit)s and told.due is not null
           and file.compartment = any(%(visible_compartments)s::text[])) as counted

-- name: few
-- In order, a page of 50 passes over the unit's cases on other sides: it looks at 50 * n / m of all
-- n, where m are on the reader's. Where these are few, it is shorter to find all m, and sort them.
coalesce(sum(n) filter (where not mine and kind in ('open', 'closed')), 0) > 0
and coalesce(sum(n) filter (where mine and kind in ('open', 'closed')), 0) ^ 2
    < 50 * sum(n) filter (where kind in ('open', 'closed'))

-- name: whether_few
select {few}
  from (select kind, n, compartment = any(%(visible_compartments)s::text[]) as mine
          from {access_counts}
         where unit = %(unit)s and (%(near)s or not narrowed)) as counted
