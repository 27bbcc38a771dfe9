-- name: records
-- Up to the record that stands for all, and down to every one that was merged.
with recursive
    above as (
        select %(person)s::uuid as person
         union
        select line.into_person from {access_merges} as line join above on line.person = above.person
    ),
    every as (
        select person from above
         union
        select line.person from {access_merges} as line join every on line.into_person = every.person
    )
select person from every order by person

-- name: files
select file.file, file.kind, file.person, coalesce(file.responsible_unit, file.receiving_unit),
       file.status
  from {access_files} as file
 where file.person = any(%(records)s) and {visible}
 order by file.kind, file.file

-- name: every_file
select file.file from {access_files} as file
 where file.person = any(%(records)s::uuid[])
 order by file.file

-- name: files_with
with recursive
    above as (
        select person from {access_files} where file = %(file)s
         union
        select line.into_person from {access_merges} as line join above on line.person = above.person
    ),
    every as (
        select person from above
         union
        select line.person from {access_merges} as line join every on line.into_person = every.person
    )
select file.file from {access_files} as file join every on file.person = every.person
 order by file.file
