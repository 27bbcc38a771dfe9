-- name: last
select coalesce(max(position), 0) from {audit_reads}

-- name: positions
-- The latest receipts about any of the subjects. Found by subject first, however rare it is: in the
-- order of positions the whole log would be searched for it.
with about as materialized (
    select position from {audit_reads} where subjects && %(subjects)s::bytea[]
)
select position from about
 where position < %(below)s
 order by position desc
 limit %(limit)s

-- name: search
-- The latest receipts in a span of positions that meet every condition: each is one of some tokens.
with found as materialized (
    select position from {audit_reads} where {wanted}
)
select position from found
 where position between %(first)s and %(last)s
 order by position desc
 limit %(limit)s

-- name: onward
-- The same from the other end: the earliest.
with found as materialized (
    select position from {audit_reads} where {wanted}
)
select position from found
 where position between %(first)s and %(last)s
 order by position
 limit %(limit)s
