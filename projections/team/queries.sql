-- name: teams
select * from {team} order by decided_on, team

-- name: team
select * from {team} where team = %(team)s

-- name: members
-- Who is in it first, then who was.
select * from {team_members} where team = %(team)s
 order by left_at desc nulls first, joined_at, staff

-- name: costs
select * from {team_costs} where team = %(team)s order by period_from
