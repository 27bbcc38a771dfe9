-- name: ended
select line.stream
  from {retention} as line
 where line.last_note < %(noted)s
   and not line.in_use and line."case" is null
   and not exists (
       select from {disposals} as disposal
        where line.stream = any(disposal.files) and disposal.status in ('planned', 'approved'))
 order by line.last_note, line.stream
 limit %(limit)s

-- name: records
-- Up to the records that stand for all, and down to every one that was merged.
with recursive
    above as (
        select person from {access_files} where file = any(%(files)s::uuid[])
         union
        select line.into_person from {access_merges} as line join above on line.person = above.person
    ),
    every as (
        select person from above
         union
        select line.person from {access_merges} as line join every on line.into_person = every.person
    )
select person from every order by person

-- name: lines
select line.stream, file.kind, file.person, line."case", line.in_use, line.last_note, line.version
  from {retention} as line join {access_files} as file on file.file = line.stream
 where file.person = any(%(records)s::uuid[])
 order by line.stream
