"""What changes in a caseload, for whoever follows it live: lines of it, and what leaves it.

A caseload is, live as page by page, what the unit is responsible for and what it is offered; of a
coordinator, what they are engaged in.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Final
from uuid import UUID

from psycopg import sql

from domain.codes import StaffRole
from domain.policy import Act, File, Information, Viewer, may
from projections.access.visible import condition, visible
from projections.asking import Connection, all_rows
from projections.caseload.lines import Line
from projections.sql import Statements

_statements = Statements("projections.caseload")

_BELONGS: Final = sql.SQL(
    "(file.responsible_unit = %(unit)s or file.receiving_unit = %(unit)s"
    " or %(visible_staff)s = any(file.engaged))"
)


def belongs(viewer: Viewer, file: File) -> bool:
    """Whether a case that stands so is in the caseload, as far as the viewer may see it."""
    units = {file.responsible_unit, file.receiving_unit}
    near = viewer.unit in units or viewer.staff in file.engaged
    return near and may(viewer, Act.READ, Information.LINE, file)


async def changed(
    connection: Connection, schema: str, viewer: Viewer, cases: Collection[UUID]
) -> Sequence[Line]:
    """Of these, the lines that are in the caseload and visible now."""
    told = {"unit": viewer.unit, "cases": list(cases)}
    parameters = {**visible(viewer).parameters, **told}
    return await all_rows(connection, _changed(schema, viewer.role), parameters, Line)


@cache
def _changed(schema: str, role: StaffRole) -> bytes:
    parts = {"belongs": _BELONGS, "visible": condition(role)}
    return _statements("changed", schema, **parts).as_bytes()
