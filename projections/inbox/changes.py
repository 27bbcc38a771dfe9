"""What changes among a unit's referrals, for whoever follows them live: lines, and what leaves."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Final
from uuid import UUID

from psycopg import sql

from domain.codes import StaffRole
from domain.policy import Act, File, Information, Viewer, may
from projections.access.visible import condition, visible
from projections.asking import Connection, all_rows
from projections.inbox import Line
from projections.sql import Statements

_statements = Statements("projections.inbox")

_BELONGS: Final = sql.SQL(
    "(file.receiving_unit = %(unit)s or file.sending_unit = %(unit)s"
    " or %(unit)s = any(file.informed_units))"
)


def belongs(viewer: Viewer, file: File) -> bool:
    """Whether a referral that stands so is among the unit's, as far as the viewer may see it."""
    units = {file.receiving_unit, file.sending_unit, *file.informed_units}
    return viewer.unit in units and may(viewer, Act.READ, Information.LINE, file)


async def changed(
    connection: Connection, schema: str, viewer: Viewer, referrals: Collection[UUID]
) -> Sequence[Line]:
    """Of these, the lines that are the unit's and visible now."""
    told = {"unit": viewer.unit, "referrals": list(referrals)}
    parameters = {**visible(viewer).parameters, **told}
    return await all_rows(connection, _changed(schema, viewer.role), parameters, Line)


@cache
def _changed(schema: str, role: StaffRole) -> bytes:
    parts = {"belongs": _BELONGS, "visible": condition(role)}
    return _statements("changed", schema, **parts).as_bytes()
