-- name: mandates
select * from {mandates} order by decided_on desc, mandate

-- name: mandate
select * from {mandates} where mandate = %(mandate)s

-- name: started
select * from {mandate_works} where mandate = %(mandate)s order by started_at, work
