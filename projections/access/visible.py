"""What a viewer may see: the table in `domain.policy`, rendered to SQL.

Every list, count, export and stream joins `access_files` as `file` in its own snapshot and asks
this condition. The same question in Python is `policy.may`; a test holds the two equal. What is
not visible looks as if it did not exist.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from psycopg import sql

from domain.codes import Compartment, StaffRole
from domain.policy import (
    Act,
    Information,
    Relation,
    Viewer,
    near_protected,
    permitting,
    sees_compartment,
)

_HOLDS: Mapping[Relation, sql.SQL] = {
    Relation.ASSIGNED: sql.SQL("%(visible_staff)s = any(file.workers)"),
    Relation.ENGAGED: sql.SQL(
        "(%(visible_staff)s = any(file.engaged) and file.file = any(%(visible_engaged)s::uuid[]))"
    ),
    Relation.BROKEN_GLASS: sql.SQL("file.file = any(%(visible_emergencies)s::uuid[])"),
    Relation.RESPONSIBLE_UNIT: sql.SQL("file.responsible_unit = %(visible_unit)s"),
    Relation.RECEIVING_UNIT: sql.SQL("file.receiving_unit = %(visible_unit)s"),
    Relation.SENDING_UNIT: sql.SQL("file.sending_unit = %(visible_unit)s"),
    Relation.INFORMED_UNIT: sql.SQL("%(visible_unit)s = any(file.informed_units)"),
    Relation.CONSULTED_UNIT: sql.SQL("%(visible_unit)s = any(file.consulted_units)"),
}


_SENT = sql.SQL("file.sending_unit = %(visible_unit)s")
_ON_ONES_SIDE = sql.SQL("file.compartment = any(%(visible_compartments)s::text[])")


@dataclass(frozen=True, slots=True)
class Visible:
    """A condition over `file`, and the values of its parameters."""

    condition: sql.Composable
    parameters: Mapping[str, object]


def visible(
    viewer: Viewer, information: Information = Information.LINE, act: Act = Act.READ
) -> Visible:
    """What this viewer may read (or act on) of this kind of information."""
    return Visible(
        condition(viewer.role, information, act),
        {
            "visible_staff": viewer.staff,
            "visible_unit": viewer.unit,
            "visible_compartments": compartments(viewer.side),
            "visible_emergencies": f"{{{','.join(map(str, viewer.emergencies))}}}",
            "visible_engaged": f"{{{','.join(map(str, viewer.engaged_in))}}}",
        },
    )


@cache
def condition(
    role: StaffRole, information: Information = Information.LINE, act: Act = Act.READ
) -> sql.Composable:
    """What a role may read (or act on): the same for all who have it, but for the parameters."""
    relations = permitting(role, act, information)
    if Relation.NONE in relations:
        return sql.SQL("true")
    if not relations:
        return sql.SQL("false")
    if role is StaffRole.EXTERNAL_SENDER:  # no side: what it sent, wherever that went
        return _SENT if Relation.SENDER in relations else sql.SQL("false")
    near = relations & near_protected(role)
    holds = sql.SQL("{} and ({})").format(_ON_ONES_SIDE, _any_of(relations))
    if near == relations:
        return sql.SQL("({})").format(holds)
    return sql.SQL("({} and (not file.narrowed or ({})))").format(holds, _any_of(near))


def _any_of(relations: Collection[Relation]) -> sql.Composable:
    if not relations:
        return sql.SQL("false")
    return sql.SQL(" or ").join(_HOLDS[relation] for relation in sorted(relations))


@cache
def compartments(side: Compartment | None) -> str:
    """Those that somebody on this side may see at all, as PostgreSQL spells a list: to make one of
    Python's anew for each question takes longer than to answer it."""
    return f"{{{','.join(c for c in Compartment if sees_compartment(side, c))}}}"
