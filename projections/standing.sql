-- How far the views have come, and who brings them further.

-- name: all
-- What follows says so in its session's name (see standing.py); what rebuilds holds a lock.
select stands.projection as view, stands.version, stands.position, stands.epoch,
       log.head,
       coalesce(extract(epoch from clock_timestamp() - log.oldest), 0)::float8 as seconds_behind,
       parked.keys as parked_keys, parked.items as parked_items,
       exists (
           select from pg_catalog.pg_locks as lock
            where lock.locktype = 'advisory' and lock.mode = 'ExclusiveLock' and lock.granted
              and lock.classid::bigint << 32 | lock.objid::bigint
                  = hashtextextended(%(schema)s || '/' || stands.projection, 0)
       ) as rebuilding,
       follows.process, follows.client,
       kept.version as kept_version, kept.position as kept_position
  from {projection_checkpoints} as stands
       cross join lateral (
           select head.position as head,
                  (select recorded_at from {events} where position = stands.position + 1) as oldest
             from {events_head} as head
            where stands.projection <> all (%(of_receipts)s)
            union all
           select head.position,
                  (select recorded_at from {receipts} where position = stands.position + 1)
             from {receipts_head} as head
            where stands.projection = any (%(of_receipts)s)
       ) as log
       cross join lateral (
           select count(*) as keys, coalesce(sum(items), 0)::bigint as items
             from {projection_parked}
            where projection = stands.projection
       ) as parked
       left join lateral (
           select split_part(application_name, ' ', 6)::integer as process,
                  host(client_addr) as client
             from pg_catalog.pg_stat_activity
            where usesysid = (select relowner from pg_catalog.pg_class where oid = stands.tableoid)
              and application_name
                  like format('samordna follows %%s %%s in %%%%', stands.projection, stands.epoch)
            limit 1
       ) as follows on true
       left join {projection_checkpoints} as kept on kept.projection = stands.projection || %(kept)s
 where stands.projection = any (%(views)s)
 order by array_position(%(views)s, stands.projection)

-- name: is_followed
-- Only sessions of our own role, the projector's.
select from pg_catalog.pg_stat_activity
 where usesysid = (select oid from pg_catalog.pg_roles where rolname = current_user)
   and application_name like format('samordna follows %%s %%s in %%%%', %(projection)s::text, %(epoch)s::bigint)
 limit 1

-- name: name_session
select set_config('application_name', %s, false)

-- name: end_following
select pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
 where usesysid = (select oid from pg_catalog.pg_roles where rolname = current_user)
   and application_name like format('samordna follows %%s %%%%', %(projection)s::text)
   and pid <> pg_backend_pid()

-- name: lacking
-- Views that have been made, and a table of theirs is no more.
select distinct asked.view
  from unnest(%(views)s::text[], %(tables)s::text[]) as asked (view, name)
  join {projection_checkpoints} as stands on stands.projection = asked.view
 where to_regclass(format('%%I.%%I', %(schema)s::text, asked.name)) is null
 order by asked.view
