-- name: receipts
-- A receipt is answered, or withdrawn, when all of its referrals are.
select line.receipt, line.received_at, max(line.routed_at) as routed_at,
       case when bool_and(coalesce(line.answered_at, line.withdrawn_at) is not null)
            then max(line.answered_at) end as answered_at,
       case when bool_and(line.withdrawn_at is not null)
            then max(line.withdrawn_at) end as withdrawn_at,
       array_agg(line.referral order by line.referral) as sent,
       count(*) filter (where not line.operation) as persons,
       count(line.answered_at) filter (where not line.operation) as answered
  from {sender_receipts} as line left join {access_files} as file on file.file = line.referral
 where line.sender_unit = %(unit)s and {wanted} and (line.operation or {visible})
 group by line.received_at, line.receipt
 order by line.received_at desc, line.receipt desc
 limit %(limit)s

-- name: received
select count(distinct line.receipt)
  from {sender_receipts} as line left join {access_files} as file on file.file = line.referral
 where line.sender_unit = %(unit)s
   and line.received_at >= %(first)s and line.received_at < %(end)s
   and (line.operation or {visible})
