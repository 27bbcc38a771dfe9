-- name: reviews
select review.review, review.opened_at, review.opened_by, review.period_from, review.period_until,
       review.unit, review.rule, review.size, review.seed, review.receipts, review.accesses,
       review.ground_token, review.closed_at, review.next_due, review.conclusion_token,
       review.version,
       (select coalesce(sum(cardinality(receipts)), 0) from {review_drawn} as drawn
         where drawn.review = review.review)::int,
       (select count(*) from {review_drawn} as drawn, unnest(drawn.sampled) as is_sampled
         where drawn.review = review.review and is_sampled),
       count(access.judgement_token), count(access.asked_at), count(access.answered_at),
       (select count(*) from {review_findings} as finding where finding.review = review.review)
  from {reviews} as review left join {review_accesses} as access using (review)
 where %(review)s::uuid is null or review.review = %(review)s
 group by review.review
 order by review.opened_at desc, review.review

-- name: drawn
select * from {review_drawn}
 where %(review)s::uuid is null or review = %(review)s order by position

-- name: accesses
select * from {review_accesses}
 where %(review)s::uuid is null or review = %(review)s order by review, receipt

-- name: findings
select * from {review_findings}
 where %(review)s::uuid is null or review = %(review)s order by found_at, finding

-- name: questions
-- To managers of a unit, about those of their own side.
select access.*
  from {review_accesses} as access
  join {access_staff} as reader on reader.staff = access.asked_about
 where access.asked_unit = %(unit)s
   and reader.side is not distinct from %(side)s::text
   and access.asked_about <> %(manager)s
 order by access.answered_at is not null, access.asked_at desc, access.receipt

-- name: started
select * from {review_starts}

-- name: overdue
-- Whether the next review of all units should have been closed by now.
select count(*)::int
  from (select coalesce(
          (select max(next_due) from {reviews} where unit is null),
          (select ((started_at at time zone 'Europe/Stockholm')
                   + make_interval(months => %(months)s))::date
             from {review_starts})) as due) as next
 where due < (now() at time zone 'Europe/Stockholm')::date
