-- name: run
-- The referrals of one direction, in order, from the cursor on.
(select line.*
   from {inbox_versions} as line join {access_files} as file on file.file = line.referral
  where {run} and {beyond} and {visible}
  order by line.rank, line.referral
  limit %(limit)s)

-- name: page
select line.referral, line.receipt, line.unit, line.holder, line.sender_unit, line.informed,
       line.status, line.acute, line.received_at, line.answer_due, line.answered_at,
       line.answered_by, line."case", line.version, line.rank
  from ({runs}) as line
 order by line.rank, line.referral
 limit %(limit)s
