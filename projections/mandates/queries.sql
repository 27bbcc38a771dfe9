-- name: mandates
select * from {mandates} order by decided_on desc, mandate

-- name: mandate
select * from {mandates} where mandate = %(mandate)s

-- name: started
-- Of inquiries the one kind that lies on the viewer's side.
select * from {mandate_works}
 where mandate = %(mandate)s and (kind is null or kind = %(kind)s::text)
 order by started_at, work
