-- name: page
-- The events of the streams that belong to one file, in order, if that file is visible.
select line.*
  from {timeline} as line
 where line.stream = any(%(streams)s::uuid[]) and line.position > %(after)s
   and (%(names)s::text[] is null or line.name = any(%(names)s::text[]))
   and exists (select from {access_files} as file where file.file = %(file)s and {visible})
 order by line.position
 limit %(limit)s
