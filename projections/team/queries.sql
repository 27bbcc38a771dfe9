-- name: teams
select * from {team} order by decided_on, team

-- name: team
select * from {team} where team = %(team)s

-- name: members
-- Who is in it first, then who was: what follows a joining is the leaving.
select team, staff, unit, percentage, moved_at as joined_at, left_at
  from (select *, lead(moved_at) over (partition by staff order by position) as left_at
          from {team_moves}
         where team = %(team)s) as moves
 where unit is not null
 order by left_at desc nulls first, joined_at, staff

-- name: away
-- Until when those of the team are away who are on leave that day; of the side that it works with.
select leave.staff, leave.until
  from {staff_leaves} as leave join {access_staff} as access on access.staff = leave.staff
 where %(day)s between leave.since and leave.until and access.side = %(side)s
   and leave.staff in (select staff from {team_moves} where team = %(team)s)

-- name: costs
select * from {team_costs} where team = %(team)s order by period_from
