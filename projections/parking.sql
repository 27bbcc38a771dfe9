-- Keys of a projection whose items are not folded any more, since one of them cannot be.

-- name: create
-- error: the name of its class, never its text, which may tell what the item tells.
create table if not exists {projection_parked} (
    projection     text not null,
    key            text not null,
    first_position bigint not null,
    last_position  bigint not null,
    items          bigint not null,
    error          text not null,
    since          timestamptz not null,
    primary key (projection, key)
)

-- name: all
select projection, key, first_position, last_position, items, error, since
  from {projection_parked}
 where projection = any(%s::text[])
 order by projection, first_position

-- name: among
select key from {projection_parked} where projection = %s and key = any(%s::text[])

-- name: park
insert into {projection_parked} (projection, key, first_position, last_position, items, error, since)
values (%(projection)s, %(key)s, %(position)s, %(position)s, 1, %(error)s, %(since)s)

-- name: passed_over
update {projection_parked} as parked
   set items = parked.items + passed.items, last_position = passed.last_position
  from unnest(%(keys)s::text[], %(items)s::bigint[], %(positions)s::bigint[])
       as passed (key, items, last_position)
 where parked.projection = %(projection)s and parked.key = passed.key

-- name: release
delete from {projection_parked} where projection = %s and key = any(%s::text[])
