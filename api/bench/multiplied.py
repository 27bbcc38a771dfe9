"""More cases than could be told in an hour: the rows of the real ones again, under other ids.

Every copy has its line in the caseload and its row in access, and is counted, as if its facts had
been folded. They have no facts in the log, and stand in no other view.
"""

from collections import Counter
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Identifier

from api.bench.ground import Ground
from projections import access
from projections.access import FileRow

ABOUT: Final = (
    " Beyond the cases of the log, rows of the caseload and of access were copied under other ids,"
    " and counted: one in ten stands as its original, up to three weeks older; the others are"
    " closed, over ten years; units as in the pilot year."
)

_OTHER: Final = """
create or replace function pg_temp.other(id uuid, copy int) returns uuid
immutable strict language sql as $$ select md5(id::text || copy)::uuid $$;
create or replace function pg_temp.others(ids uuid[], copy int) returns uuid[]
immutable strict language sql
as $$ select coalesce(array_agg(pg_temp.other(id, copy)), '{{}}') from unnest(ids) as id $$
"""
_REAL: Final = "select count(*), max(last_event_at) from {caseload} where position > 0"
_COPIES: Final = """
create temp table copies on commit drop as
select real.*, copy, real.status = 'closed' or copy %% 10 > 0 as closed,
       now() - %(latest)s as late,
       case when copy %% 10 > 0 then copy * interval '10 years' else copy * interval '3 weeks' end
       / %(last)s as back
  from {caseload} as real, generate_series(%(first)s::int, %(last)s::int) as copy
 where real.position > 0
 limit %(more)s
"""
_LINES: Final = """
insert into {caseload}
select pg_temp.other("case", copy), unit, case when closed then 'closed' else status end,
       case when closed then '{{}}' else pg_temp.others(workers, copy) end,
       opened_at + late - back, last_event_at + late - back,
       case when not closed then pg_temp.other(handover, copy) end,
       case when not closed then handover_to end,
       case when not closed then answer_due + late - back end,
       pg_temp.others(referrals, copy), version, 0
  from copies
"""
_FILES: Final = """
insert into {access_files}
select line."case", 'case', pg_temp.other(file.person, copies.copy), file.compartment, line.unit,
       line.handover_to, null, '{{}}', line.workers, '{{}}', '{{}}', file.narrowed, line.status,
       line.answer_due
  from copies
  join {access_files} as file on file.file = copies."case"
  join {caseload} as line on line."case" = pg_temp.other(copies."case", copies.copy)
"""
_ALIKE: Final = """
select min(file::text)::uuid, kind, min(person::text)::uuid, compartment, responsible_unit,
       receiving_unit, null, '{{}}'::text[], workers[:1], '{{}}'::uuid[], '{{}}'::text[], narrowed,
       status, answer_due, count(*)
  from {access_files}
 where status is not null
 group by kind, compartment, responsible_unit, receiving_unit, workers[:1], narrowed, status,
          answer_due
"""


def multiply(ground: Ground, schema: str, cases: int) -> int:
    """Copy until there are that many cases, if there are fewer; how many there are."""
    with psycopg.connect(ground.addresses.log) as owner:
        there = _number(owner, schema)
        real, latest = _ask(owner, schema, _REAL)[0]
        if there < cases:
            more, first = cases - there, -(-there // real)
            last = first - 1 - -more // real
            owner.execute(SQL(_OTHER).format())
            _ask(owner, schema, _COPIES, latest=latest, more=more, first=first, last=last)
            _ask(owner, schema, _LINES)
            _ask(owner, schema, _FILES)
            _count(owner, schema)
        there = _number(owner, schema)
    for table in ("caseload", "access_files", "access_counts"):
        ground.ask("VACUUM ANALYZE {}.{}", schema, table)
    ground.ask("CHECKPOINT")  # what was written is not what is measured
    return there


def _count(owner: psycopg.Connection, schema: str) -> None:
    """By the tally's own rule, once for all rows that count alike."""
    [tally] = access.PROJECTION.tallies
    counted: Counter[tuple[Any, ...]] = Counter()
    for *values, number in _ask(owner, schema, _ALIKE):
        for kind in tally.kinds(FileRow(*values)):
            counted[kind] += number
    table = Identifier(schema, tally.name)
    owner.execute(SQL("TRUNCATE {}").format(table))
    with owner.cursor() as cursor, cursor.copy(SQL("COPY {} FROM STDIN").format(table)) as copy:
        for kind, number in counted.items():
            copy.write_row([*kind, number])


def _number(owner: psycopg.Connection, schema: str) -> int:
    return int(_ask(owner, schema, "select count(*) from {caseload}")[0][0])


def _ask(owner: psycopg.Connection, schema: str, statement: str, **parameters: Any) -> list[Any]:
    tables = {name: Identifier(schema, name) for name in ("caseload", "access_files")}
    cursor = owner.execute(SQL(statement).format(**tables), parameters or None)
    return cursor.fetchall() if cursor.description else []
