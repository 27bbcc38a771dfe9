-- name: page
-- What the viewer's unit must see to, in order, from the cursor on. Who that is, access says: of an
-- answer the unit that is asked; of everything else the one that is responsible, which of a referral
-- is the one of the case it led to, or that declined it. Whoever was reminded of an overdue answer
-- sees it, too. A police operation is no file: its acknowledgement is of those who handle it.
(select line.*, {carried} as carried, file.kind as carried_by
  from {deadlines} as line
  left join {deadline_referrals} as led on led.referral = line.file
  join {access_files} as file on file.file = {carried}
 where {owned} and {filters} and {beyond} and {visible}
 order by line.due, line.file, line.deadline
 limit %(limit)s)
 union all
(select line.*, line.file, 'operation'
  from {deadlines} as line
 cross join (select null::uuid as file, '{{}}'::uuid[] as workers) as file
 where {handled} and {filters} and {beyond}
 order by line.due, line.file, line.deadline
 limit %(limit)s)
 order by due, file, deadline
 limit %(limit)s

-- name: counts
with line as (
    select line.status, line.warned, line.due
      from {deadlines} as line
      left join {deadline_referrals} as led on led.referral = line.file
      join {access_files} as file on file.file = {carried}
     where line.ended_at is null and {owned} and {visible}
    union all
    select line.status, line.warned, line.due
      from {deadlines} as line
     where line.ended_at is null and {handled}
)
select count(*) filter (where status in ('running', 'missed')),
       count(*) filter (where status = 'running' and warned <= %(now)s and due >= %(now)s),
       count(*) filter (where status in ('running', 'missed') and due < %(now)s),
       count(*) filter (where status = 'paused')
  from line

-- name: overdue
-- For the time service: what has passed and is not told yet, and the answers still missing.
select file, deadline, due, status, escalated
  from {deadlines}
 where ended_at is null and due < %(now)s
   and (status = 'running' or (status = 'missed' and asked))
   and (due, file, deadline) > (%(due)s, %(file)s, %(deadline)s)
 order by due, file, deadline
 limit %(limit)s
