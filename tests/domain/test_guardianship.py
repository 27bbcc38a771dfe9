"""A child's guardians: recorded, ended, and at 18 ended by themselves."""

from datetime import date
from uuid import UUID

import pytest

from domain.codes import AgeKnowledge, GuardianshipEnd
from domain.errors import GuardianHasNoRights, PersonIsOfAge
from domain.guardianship import end_guardians_rights, record_guardian
from domain.majority import MajorityReached
from domain.person import Person, establish_age
from tests.domain.test_identity import ONE, after, person

GUARDIAN, TODAY = UUID(int=21), date(2023, 4, 3)


def with_guardian(known: Person) -> Person:
    recorded = record_guardian(known, GUARDIAN, name="Ylva Stenträda", contact=None, today=TODAY)
    return after(known, recorded)


def test_whoever_may_be_a_child_may_have_a_guardian() -> None:
    """Of unknown age one may be a child (R3); who is 18 has none (R13)."""
    assert with_guardian(person(ONE)).guardians == (GUARDIAN,)
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
        end_guardians_rights(known, GUARDIAN, ground=GuardianshipEnd.COURT_DECISION, basis="Dom."),
    )
    assert ended.guardians == ()
    with pytest.raises(GuardianHasNoRights):
        end_guardians_rights(ended, GUARDIAN, ground=GuardianshipEnd.DECEASED, basis="...")


def test_at_eighteen_they_have_ended() -> None:
    """R13: nothing needs to be decided for it."""
    grown = after(with_guardian(person(ONE)), [MajorityReached(person=ONE)])
    assert grown.guardians == ()
    with pytest.raises(GuardianHasNoRights):
        end_guardians_rights(grown, GUARDIAN, ground=GuardianshipEnd.DECEASED, basis="...")
