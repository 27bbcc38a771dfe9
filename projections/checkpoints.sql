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
select projection, version, position, epoch, build,
       array(select key from {projection_parked} as it where it.projection = stands.projection) as parked
  from {projection_checkpoints} as stands
 where projection = %s

-- name: find_all
select projection, version, position, epoch, build,
       array(select key from {projection_parked} as it where it.projection = stands.projection) as parked
  from {projection_checkpoints} as stands
 where projection = any(%s)

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

-- name: renew
update {projection_checkpoints} set build = build + 1 where projection = %s

-- name: one_at_a_time
select pg_advisory_xact_lock(hashtextextended(%s, 0))

-- name: keep_none
delete from {projection_checkpoints} where projection = %(kept)s

-- name: keep
insert into {projection_checkpoints} (projection, version, position)
select %(kept)s, version, position from {projection_checkpoints}
 where projection = %(projection)s
   and not exists (select from {projection_parked} where projection = %(projection)s)

-- name: nothing_lacks
delete from {projection_parked} where projection = %(projection)s

-- name: move_kept
update {projection_checkpoints} set position = %s where projection = %s

-- name: alone
-- Builders share a lock of their own, for as long as any of them may still write.
select case when pg_try_advisory_lock(hashtextextended(%(rebuild)s, 0))
            then case when pg_try_advisory_lock(hashtextextended(%(builders)s, 0))
                      then pg_advisory_unlock(hashtextextended(%(builders)s, 0))
                      else false end
            else false end

-- name: build
select pg_advisory_lock_shared(hashtextextended(%(builders)s, 0))

-- name: rebuilds
select exists (
    select from pg_locks
     where pid = %s and locktype = 'advisory' and mode = 'ExclusiveLock' and granted
)
