-- name: page
-- The requests of one direction, the latest first: of cases that the viewer's unit is responsible
-- for, visible as they are; or its own, on its side, and while no identity is protected.
select line.takeover, line."case", line.unit, answered.status, line.requested_at,
       line.requested_by, answered.answered_at, line.position, line.reason_token
  from {takeovers} as line
  join {access_files} as file on file.file = line."case"
  left join lateral (
       select answer.answered_at,
              case when answer.unit is null then 'lapsed' else 'offered' end as how
         from {takeover_answers} as answer
        where answer."case" = line."case" and answer.position > line.position
          and (answer.unit is null or answer.unit = line.unit)
        order by answer.position
        limit 1) as other on line.declined_at is null
 cross join lateral (
       select coalesce(line.declined_at, other.answered_at) as answered_at,
              case when line.declined_at is not null then 'declined'
                   else coalesce(other.how, 'waiting') end as status) as answered
 where {allowed} and line.position < %(before)s
   and (%(status)s::text is null or answered.status = %(status)s)
 order by line.position desc
 limit %(limit)s
