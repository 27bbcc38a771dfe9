"""Which records are one person's, and which files are about that person, for whoever may see them.

Merging changes no file: each stays with its own record, and is found through the others'.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from domain.codes import StaffRole
from domain.policy import Act, Information, Viewer, may
from projections.access.visible import condition, visible
from projections.asking import Connection, all_rows
from projections.sql import Statements

_statements = Statements("projections.access", "persons.sql")


@dataclass(frozen=True, slots=True)
class FileOfPerson:
    file: UUID
    kind: str
    person: UUID
    unit: str | None  # responsible for a case; asked to answer a referral
    status: str | None  # of a case


async def records(connection: Connection, schema: str, person: UUID) -> Sequence[UUID]:
    """Every record of the person, this one among them."""
    statement = _statements("records", schema).as_bytes()
    return await all_rows(connection, statement, {"person": person}, _only)


async def files(
    connection: Connection, schema: str, viewer: Viewer, of: Sequence[UUID]
) -> Sequence[FileOfPerson]:
    """The cases and referrals about these records, across units, that the viewer may see."""
    parameters = {**visible(viewer).parameters, "records": list(of)}
    return await all_rows(connection, _asked(schema, viewer.role), parameters, FileOfPerson)


async def every_file(
    connection: Connection, schema: str, viewer: Viewer, of: Sequence[UUID]
) -> Sequence[UUID]:
    """The cases and referrals about these records on every side: for the review alone, which sees
    of each what happened and who read it, never what it says."""
    if not may(viewer, Act.READ, Information.EVENT_METADATA):
        return []
    statement = _statements("every_file", schema).as_bytes()
    return await all_rows(connection, statement, {"records": list(of)}, _only)


async def files_with(connection: Connection, schema: str, file: UUID) -> Sequence[UUID]:
    """Every file about the person whom this one is about, whoever may see it: for a command that
    concerns them all."""
    statement = _statements("files_with", schema).as_bytes()
    return await all_rows(connection, statement, {"file": file}, _only)


def _only(value: UUID) -> UUID:
    return value


@cache
def _asked(schema: str, role: StaffRole) -> bytes:
    return _statements("files", schema, visible=condition(role)).as_bytes()
