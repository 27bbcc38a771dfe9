"""A child's guardians: recorded, ended, and at 18 ended by themselves."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from domain.codes import AgeKnowledge, GuardianshipEnd
from domain.errors import (
    GuardianHasNoRights,
    GuardianIsRecorded,
    GuardianStillDecides,
    PersonIsOfAge,
)
from domain.majority import MajorityReached
from domain.person import Person, establish_age
from domain.person.guardianship import GuardianshipEvent, end_guardians_rights, record_guardian
from tests.domain.test_identity import ONE, after, person

GUARDIAN, TODAY = UUID(int=21), date(2023, 4, 3)


def with_guardian(known: Person) -> Person:
    recorded = record_guardian(known, GUARDIAN, name="Ylva Stenträda", contact=None, today=TODAY)
    return after(known, recorded)


def test_whoever_may_be_a_child_may_have_a_guardian() -> None:
    """Of unknown age one may be a child (R3); who is 18 has none (R13)."""
    assert with_guardian(person(ONE)).guardians[0].id == GUARDIAN
    for age in (AgeKnowledge.YOUNG_ADULT, AgeKnowledge.ADULT):
        adult = after(
            person(ONE),
            establish_age(person(ONE), born=None, age=age, basis="Pass.", today=TODAY),
        )
        with pytest.raises(PersonIsOfAge):
            with_guardian(adult)


def test_rights_end_once() -> None:
    """By a court, by death, or as misrecorded; a second time there is nothing to end."""
    known = with_guardian(person(ONE))
    ended = after(
        known,
        end(known, GuardianshipEnd.COURT_DECISION),
    )
    assert ended.guardians == ()
    with pytest.raises(GuardianHasNoRights):
        end(ended, GuardianshipEnd.DECEASED)


def test_at_eighteen_they_have_ended() -> None:
    """R13: nothing needs to be decided for it."""
    grown = after(with_guardian(person(ONE)), [MajorityReached(person=ONE)])
    assert grown.guardians == ()
    with pytest.raises(GuardianHasNoRights):
        end(grown, GuardianshipEnd.DECEASED)


def test_majority_ends_them_on_the_birthday() -> None:
    """R13: not a day before; on it, also before the month has been told."""
    known = with_guardian(person(ONE))
    with pytest.raises(GuardianStillDecides):
        end(known, GuardianshipEnd.MAJORITY)
    assert after(known, end(known, GuardianshipEnd.MAJORITY, of_age=True)).guardians == ()


def test_the_same_guardian_is_recorded_once() -> None:
    """Capitals and blanks make nobody another; when the rights have ended, the name is free."""
    known = with_guardian(person(ONE))
    with pytest.raises(GuardianIsRecorded):
        record_guardian(known, UUID(int=22), name="ylva  stenträda", contact=None, today=TODAY)
    assert record_guardian(known, UUID(int=22), name="Ylva Sten", contact=None, today=TODAY)
    ended = after(known, end(known, GuardianshipEnd.MISRECORDED))
    assert with_guardian(ended).guardians[0].id == GUARDIAN


def end(
    known: Person, ground: GuardianshipEnd, *, of_age: bool = False
) -> Sequence[GuardianshipEvent]:
    return end_guardians_rights(known, GUARDIAN, ground=ground, basis="Dom.", of_age=of_age)
