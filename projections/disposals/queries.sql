-- name: disposals
select * from {disposals} order by planned_at desc, disposal limit %(limit)s

-- name: disposal
select * from {disposals} where disposal = %(disposal)s

-- name: under_way
select * from {disposals} where status = %(status)s order by planned_at, disposal

-- name: waiting
select count(*) from {disposals}
 where status = 'executed' and executed_at < now() - interval '1 hour'
