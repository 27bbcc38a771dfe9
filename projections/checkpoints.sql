-- Where each projection stands. The row is the only thing that followers of different processes share.

-- name: create
-- epoch: who follows; build: which tables, since a rebuild swaps them under a running follower.
create table if not exists {projection_checkpoints} (
    projection text primary key,
    version    integer not null,
    position   bigint not null,
    epoch      bigint not null default 0,
    build      bigint not null default 0
) with (fillfactor = 20)

-- name: begin
insert into {projection_checkpoints} (projection, version, position) values (%s, %s, 0)

-- name: find
select projection, version, position, epoch, build from {projection_checkpoints} where projection = %s

-- name: hold
select projection, version, position, epoch, build from {projection_checkpoints} where projection = %s for update

-- name: take_over
update {projection_checkpoints} set epoch = epoch + 1
 where projection = %s
returning projection, version, position, epoch, build

-- name: move
-- Touches no row when somebody else follows, or when the tables were swapped.
update {projection_checkpoints} set position = %(to)s
 where projection = %(projection)s
   and position = %(position)s and epoch = %(epoch)s and build = %(build)s

-- name: swap
update {projection_checkpoints}
   set position = %(position)s, version = %(version)s, build = build + 1
 where projection = %(projection)s

-- name: one_at_a_time
select pg_advisory_xact_lock(hashtextextended(%s, 0))

-- name: alone
select pg_try_advisory_lock(hashtextextended(%s, 0))
