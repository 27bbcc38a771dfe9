-- name: positions
-- The latest receipts about any of the subjects.
select distinct read.position
  from unnest(%(subjects)s::bytea[]) as about (subject),
       lateral (select position from {audit_reads} as reads
                 where reads.subject = about.subject and reads.position < %(below)s
                 order by reads.position desc
                 limit %(limit)s) as read
 order by read.position desc
 limit %(limit)s
