"""The one predicate, twice: policy in Python and `visible` in SQL show the same files."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import fields, replace
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection, sql

from domain.codes import Compartment, StaffRole
from domain.policy import TABLE, Act, File, Information, Relation, Viewer, may
from projections import access
from projections.access.visible import visible
from projections.rebuild import prepare
from projections.sql import compose
from tests.projections.conftest import Town
from tests.projections.facts import id_of

QUESTIONS = sorted({(row.information, row.act) for row in TABLE} | {(Information.NOTES, Act.SEND)})
SIDES = (None, *Compartment)

units = st.sampled_from(["children", "nexus", "line-b"])
staff = st.sampled_from([id_of(1), id_of(2), id_of(3)])
cases = st.sampled_from([id_of(number) for number in range(1, 8)])
files = st.builds(
    File,
    compartment=st.sampled_from(Compartment),
    responsible_unit=st.none() | units,
    receiving_unit=st.none() | units,
    sending_unit=st.none() | units,
    informed_units=st.lists(units, max_size=2).map(tuple),
    workers=st.lists(staff, max_size=2).map(tuple),
    engaged=st.lists(staff, max_size=2).map(tuple),
    consulted_units=st.lists(units, max_size=2).map(tuple),
    narrowed=st.booleans(),
)


@pytest.fixture
async def projector(town: Town) -> AsyncIterator[AsyncConnection[Any]]:
    await prepare([access.PROJECTION], town.projector, schema=town.schema)
    async with await town.projector() as connection:
        yield connection


async def test_sql_and_python_agree_on_every_relation(
    town: Town, projector: AsyncConnection[Any]
) -> None:
    """Every role and side, every set of relations in every compartment, every question."""
    numbered = ((id_of(number), file) for number, file in enumerate(_every_standing(), 1))
    kept = {one: replace(file, id=one) for one, file in numbered}
    no_column = {Relation.NONE, Relation.SENDER, Relation.PARTY, Relation.BROKEN_GLASS}
    relations = len(Relation) - len(no_column)
    assert len(kept) == 2 * len(Compartment) * 2**relations
    await _keep(projector, town.schema, kept)
    for viewer in _viewers(id_of(1), "nexus", frozenset([*kept][::2]), frozenset([*kept][::3])):
        await _agree(projector, town.schema, viewer, kept)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example is rolled back
)
@given(
    asking=staff,
    unit=units,
    carried=st.frozensets(cases),
    opened=st.frozensets(cases),
    some=st.lists(files, min_size=1, max_size=20),
)
async def test_sql_and_python_show_the_same_files(
    town: Town,
    projector: AsyncConnection[Any],
    asking: UUID,
    unit: str,
    carried: frozenset[UUID],
    opened: frozenset[UUID],
    some: list[File],
) -> None:
    """Whatever the files, and whichever a consent carries today (R6) or an emergency has opened,
    a viewer finds exactly what policy permits; and each comes back whole."""
    numbered = ((id_of(number), file) for number, file in enumerate(some, 1))
    kept = {one: replace(file, id=one) for one, file in numbered}
    async with projector.transaction(force_rollback=True):
        await _keep(projector, town.schema, kept)
        for viewer in _viewers(asking, unit, carried, opened):
            await _agree(projector, town.schema, viewer, kept)
        for one, file in kept.items():
            found = await access.files(projector, town.schema, [one])
            assert found == {one: access.Found("case", id_of(900), file)}


def _viewers(
    asking: UUID, unit: str, carried: frozenset[UUID], opened: frozenset[UUID]
) -> Iterator[Viewer]:
    for role, side in product(StaffRole, SIDES):
        yield Viewer(
            staff=asking, role=role, unit=unit, side=side, engaged_in=carried, emergencies=opened
        )


def _every_standing() -> Iterator[File]:
    """Files to which nexus and its worker 1 stand in every set of relations."""
    standings = product((False, True), Compartment, product((False, True), repeat=7))
    for narrowed, compartment, (
        assigned,
        engaged,
        asked,
        responsible,
        receiving,
        sending,
        informed,
    ) in standings:
        yield File(
            compartment=compartment,
            responsible_unit="nexus" if responsible else None,
            receiving_unit="nexus" if receiving else None,
            sending_unit="nexus" if sending else "children",
            informed_units=("children", "nexus") if informed else (),
            workers=(id_of(2), id_of(1)) if assigned else (id_of(2),),
            engaged=(id_of(3), id_of(1)) if engaged else (),
            consulted_units=("line-b", "nexus") if asked else (),
            narrowed=narrowed,
        )


async def _agree(
    connection: AsyncConnection[Any], schema: str, viewer: Viewer, kept: Mapping[UUID, File]
) -> None:
    """Both ways answer all questions alike, for every file."""
    seen = [visible(viewer, information, act) for information, act in QUESTIONS]
    answers = sql.SQL(", ").join(
        sql.SQL("coalesce({}, false)").format(each.condition) for each in seen
    )
    parameters = {name: value for each in seen for name, value in each.parameters.items()}
    found = await connection.execute(
        compose("select file.file, {answers} from {access_files} as file", schema, answers=answers),
        parameters,
    )
    in_sql = {one: answers for one, *answers in await found.fetchall()}
    assert in_sql == {
        one: [may(viewer, act, information, file) for information, act in QUESTIONS]
        for one, file in kept.items()
    }


async def _keep(connection: AsyncConnection[Any], schema: str, kept: Mapping[UUID, File]) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, access.FileRow._fields[:12]))
    copied = compose("copy {access_files} ({columns}) from stdin", schema, columns=columns)
    async with connection.cursor() as cursor, cursor.copy(copied) as copy:
        for one, file in kept.items():
            values = [getattr(file, f.name) for f in fields(file) if f.name not in ("id", "party")]
            row = [one, "case", id_of(900), *values]
            await copy.write_row([list(v) if isinstance(v, tuple) else v for v in row])
