-- name: page
-- The referrals of one direction, in order, from the cursor on.
select line.*
  from {inbox} as line join {access_files} as file on file.file = line.referral
 where {filters} and {beyond} and {visible}
 order by line.rank, line.referral
 limit %(limit)s

-- name: line
select line.*
  from {inbox} as line join {access_files} as file on file.file = line.referral
 where line.referral = %(referral)s and {visible}

-- name: counts
-- Of what is not answered yet.
select count(*) filter (where {in} and line.status = 'waiting') as waiting,
       count(*) filter (where {in} and line.status = 'decline-proposed') as decline_proposed,
       count(*) filter (where {in} and line.answer_due < %(now)s) as overdue,
       count(*) filter (where {sent}) as sent
  from {inbox} as line join {access_files} as file on file.file = line.referral
 where ({in} or {sent}) and line.rank < %(answered)s and {visible}

-- name: changed
-- Of some referrals, the lines of those that the unit was routed, sent, or is informed of.
select line.*
  from {inbox} as line join {access_files} as file on file.file = line.referral
 where line.referral = any(%(referrals)s::uuid[]) and {belongs} and {visible}
 order by line.referral
