-- name: page
select line.*
  from {external_referrals} as line join {access_files} as file on file.file = line."case"
 where {visible} and line.position < %(before)s
   and (%(status)s::text is null or line.status = %(status)s)
   and (%(worker)s::uuid is null or %(worker)s = any(file.workers))
 order by line.position desc
 limit %(limit)s

-- name: of_cases
select line.*
  from {external_referrals} as line
 where line."case" = any(%(cases)s)
   and (%(status)s::text is null or line.status = %(status)s)
 order by line.position desc
