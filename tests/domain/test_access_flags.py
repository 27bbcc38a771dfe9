"""What makes an access stand out: each rule alone, on one access as it was when it was made."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api.runtime.clock import SwedishWorkingCalendar
from domain.access_flags import (
    RULES,
    Access,
    FileThen,
    Surroundings,
    crowded,
    family_name,
    flags,
)
from domain.codes import AccessFlag, Compartment, StaffRole
from domain.organisation import Settings
from domain.policy import Relation

READER, CASE, PERSON = UUID(int=1), UUID(int=2), UUID(int=3)
TUESDAY = datetime(2024, 5, 7, 8, 0, tzinfo=UTC)  # ten o'clock in Stockholm
OFFICE = Surroundings(calendar=SwedishWorkingCalendar(), settings=Settings())

FILE = FileThen(
    id=CASE,
    person=PERSON,
    compartment=Compartment.EXPOSED,
    is_closed=False,
    is_narrowed=False,
    standing=frozenset({Relation.ASSIGNED}),
    families=frozenset({"marklund"}),
)
AT_WORK = Access(
    receipt=1,
    at=TUESDAY,
    reader=READER,
    role=StaffRole.CASE_WORKER,
    side=Compartment.EXPOSED,
    unit="nexus",
    answered=True,
    files=(FILE,),
    family="dimvaka",
)
"""The assigned worker, in the morning: nothing to ask."""

UNKNOWN = replace(FILE, standing=frozenset())
PROTECTED = replace(FILE, is_narrowed=True)
BROKEN = replace(FILE, standing=frozenset({Relation.BROKEN_GLASS}))
OTHER_SIDE = replace(FILE, compartment=Compartment.PERPETRATOR, standing=frozenset())


@pytest.mark.parametrize(
    ("access", "told"),
    [
        (AT_WORK, ()),
        (replace(AT_WORK, files=()), ()),
        (
            replace(AT_WORK, files=(UNKNOWN,)),
            (AccessFlag.NO_ASSIGNMENT,),
        ),
        (replace(AT_WORK, family="marklund"), (AccessFlag.OWN_NAME,)),
        (replace(AT_WORK, at=TUESDAY + timedelta(hours=11)), (AccessFlag.OUTSIDE_HOURS,)),
        (replace(AT_WORK, at=TUESDAY + timedelta(days=4)), (AccessFlag.OUTSIDE_HOURS,)),
        (
            replace(AT_WORK, files=(PROTECTED,)),
            (AccessFlag.PROTECTED_IDENTITY,),
        ),
        (replace(AT_WORK, files=(BROKEN,)), (AccessFlag.BROKEN_GLASS,)),
        (replace(AT_WORK, files=(replace(FILE, is_closed=True),)), (AccessFlag.AFTER_CLOSING,)),
        (replace(AT_WORK, files=(OTHER_SIDE,), answered=False), (AccessFlag.ACROSS_SIDES,)),
    ],
)
def test_what_is_flagged(access: Access, told: tuple[AccessFlag, ...]) -> None:
    """The ordinary is not; each of the other is for one reason."""
    assert flags(access, OFFICE) == told


def test_a_manager_answers_for_the_unit() -> None:
    """Whoever leads the responsible unit needs no assignment (S6); a colleague of it does."""
    of_unit = replace(FILE, standing=frozenset({Relation.RESPONSIBLE_UNIT}))
    colleague = replace(AT_WORK, files=(of_unit,))
    manager = replace(colleague, role=StaffRole.UNIT_MANAGER)
    assert flags(colleague, OFFICE) == (AccessFlag.NO_ASSIGNMENT,)
    assert flags(manager, OFFICE) == ()


def test_many_cases_in_a_short_time() -> None:
    """Files of more persons within an hour than the setting allows: all of that hour's are asked
    about; the same person again is one, and what is spread out is not."""

    def reads(minutes: int, files: int) -> list[Access]:
        return [
            replace(
                AT_WORK,
                receipt=number,
                at=TUESDAY + timedelta(minutes=minutes * number),
                files=(replace(FILE, person=UUID(int=100 + number % files)),),
            )
            for number in range(1, 13)
        ]

    assert crowded(reads(2, files=12), 5) == frozenset(range(1, 13))
    assert crowded(reads(2, files=3), 5) == frozenset()
    assert crowded(reads(20, files=12), 5) == frozenset()
    around = replace(OFFICE, crowded={1})
    assert flags(AT_WORK, around) == (AccessFlag.MANY_CASES,)


def test_every_file_of_an_answer_is_judged() -> None:
    """Each hit of a search, not the first alone; what belongs to the person whom one works with
    needs no assignment of its own."""
    other = replace(FILE, id=UUID(int=4), person=UUID(int=5), standing=frozenset(), is_closed=True)
    found = replace(AT_WORK, files=(FILE, other))
    assert flags(found, OFFICE) == (AccessFlag.NO_ASSIGNMENT, AccessFlag.AFTER_CLOSING)
    referral = replace(FILE, id=UUID(int=6), standing=frozenset({Relation.INFORMED_UNIT}))
    assert flags(replace(AT_WORK, files=(FILE, referral)), OFFICE) == ()


def test_a_try_is_judged_as_a_reading_is() -> None:
    """A colleague of the same side who was kept out is asked about, too."""
    tried = replace(AT_WORK, files=(UNKNOWN,), answered=False)
    assert flags(tried, OFFICE) == (AccessFlag.NO_ASSIGNMENT,)


def test_of_a_list_the_emergencies_are_judged() -> None:
    """What else stands in it nobody has chosen, and it tells nobody's name (SoLPuL 7 a, c)."""
    closed = replace(FILE, standing=frozenset(), is_closed=True, is_narrowed=True, listed=True)
    assert flags(replace(AT_WORK, files=(closed,), family="marklund"), OFFICE) == ()
    broken = replace(BROKEN, listed=True)
    assert flags(replace(AT_WORK, files=(closed, broken)), OFFICE) == (AccessFlag.BROKEN_GLASS,)


def test_every_flag_has_its_rule() -> None:
    """Each is one function that says in words what it asks."""
    assert set(RULES) == set(AccessFlag)
    assert all(rule.__doc__ for rule in RULES.values())


@pytest.mark.parametrize(
    ("name", "family"), [("Elin  MARKLUND", "marklund"), ("Ada", None), (None, None), ("", None)]
)
def test_a_family_name(name: str | None, family: str | None) -> None:
    """The last of several names; of one alone nobody knows which it is."""
    assert family_name(name) == family
