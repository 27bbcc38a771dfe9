-- name: latest
select line."case", line.position, line.staff, line.unit, line.taken_at, line.until, line.reason_token
  from {emergencies} as line join {access_files} as file on file.file = line."case"
 where {visible}
 order by line.position desc
 limit %(limit)s

-- name: standing
select count(*) from {emergencies} where until > now()
