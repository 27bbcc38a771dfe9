"""A person's story: registered, an age established, at most one open case on a side."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from domain.codes import AgeKnowledge, Compartment, Gender, IdentityKind, IdentityLevel
from domain.errors import (
    AgeIsNotEstablished,
    AgesContradict,
    BirthDateIsKnown,
    BornInTheFuture,
    BornTooLongAgo,
    CaseIsAlreadyOpen,
    Refusal,
)
from domain.person import (
    AgeEstablished,
    ParticularsTold,
    Person,
    PersonCaseClosed,
    PersonCaseOpened,
    PersonEvent,
    PersonRegistered,
    age_over,
    close_case_for,
    establish_age,
    evolve,
    fold,
    forget_person,
    open_case_for,
    register_person,
    tell_particulars,
)
from domain.person.identity import IdentityEstablished
from domain.sealed import Sealed, SealedValueIsClosed

PERSON, CASE, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
TODAY = date(2023, 4, 3)
NINETEEN = date(2004, 3, 2)
OPENED = PersonCaseOpened(person=PERSON, case=CASE)
CLOSED = PersonCaseClosed(person=PERSON, case=CASE)


def registered(
    born: date | None = None, age: AgeKnowledge = AgeKnowledge.UNKNOWN
) -> list[PersonEvent]:
    return register_person(
        PERSON,
        compartment=Compartment.EXPOSED,
        name="Runa Dimvaka",
        number=None,
        born=born,
        age=age,
        gender=Gender.WOMAN,
        contact=None,
    )


def told(
    born: date | None = None, age: AgeKnowledge = AgeKnowledge.UNKNOWN, name: str | None = None
) -> list[PersonEvent]:
    return tell_particulars(
        PERSON, name=name, number=None, born=born, age=age, gender=Gender.WOMAN, contact=None
    )


def given(*more: PersonEvent, born: date | None = None, age: AgeKnowledge | None = None) -> Person:
    known = age or (AgeKnowledge.MINOR if born else AgeKnowledge.UNKNOWN)
    person = fold([*registered(born, known), *more])
    assert person is not None
    return person


def establish(
    person: Person,
    born: date | None,
    age: AgeKnowledge = AgeKnowledge.UNKNOWN,
    today: date = TODAY,
) -> list[PersonEvent]:
    return establish_age(person, born=born, age=age, basis="Pass.", today=today)


def test_nothing_recorded_is_nobody() -> None:
    """A stream without facts is no person."""
    assert fold([]) is None
    assert fold([OPENED]) is None


def test_everything_about_a_person_is_sealed() -> None:
    """Of a person only a random id and the neutral side stand in the clear, known or not."""
    [event] = registered()
    assert isinstance(event, PersonRegistered)
    fields = {name: getattr(event, name) for name in event.__dataclass_fields__}
    clear = {name for name, value in fields.items() if not isinstance(value, Sealed)}
    assert clear == {"person", "compartment"}
    assert "Runa" not in repr(event)


def test_an_age_follows_from_the_birth_date_on_the_day() -> None:
    """A known birth date says the age on any day; without one, what was told counts."""
    sixteen = given(born=date(2007, 4, 3))
    assert sixteen.age_on(TODAY) is AgeKnowledge.MINOR
    assert sixteen.age_on(date(2025, 4, 2)) is AgeKnowledge.MINOR
    assert sixteen.age_on(date(2025, 4, 3)) is AgeKnowledge.YOUNG_ADULT
    assert sixteen.age_on(date(2028, 4, 3)) is AgeKnowledge.ADULT
    assert given().age_on(TODAY) is AgeKnowledge.UNKNOWN


def test_an_age_is_established_from_a_birth_date() -> None:
    """The birth date outweighs the age band that came with it (S85)."""
    assert establish(given(), NINETEEN, AgeKnowledge.MINOR) == [
        AgeEstablished(person=PERSON, age=AgeKnowledge.YOUNG_ADULT, born=NINETEEN, basis="Pass.")
    ]


def test_an_age_is_established_without_a_birth_date() -> None:
    """Where no document says the day, an age band is established all the same."""
    [established] = establish(given(), None, AgeKnowledge.ADULT)
    assert given(established).age_on(TODAY) is AgeKnowledge.ADULT


def test_known_already() -> None:
    """What is known already is not established again; a birthday since then is."""
    sixteen = date(2007, 3, 2)
    assert establish(given(born=sixteen), sixteen) == []
    [grown_up] = establish(given(born=sixteen), sixteen, today=date(2025, 3, 2))
    assert isinstance(grown_up, AgeEstablished)
    assert grown_up.age is AgeKnowledge.YOUNG_ADULT


@pytest.mark.parametrize("age", [AgeKnowledge.UNKNOWN, AgeKnowledge.ASSESSED_ADULT])
@pytest.mark.parametrize("known", [AgeKnowledge.UNKNOWN, AgeKnowledge.ADULT, None])
def test_only_what_is_known_is_established(age: AgeKnowledge, known: AgeKnowledge | None) -> None:
    """An age is never established as unknown or assessed, whatever is known before (S85, R3)."""
    person = given(age=known) if known else given(born=date(2007, 3, 2))
    with pytest.raises(AgeIsNotEstablished):
        establish(person, None, age)


@pytest.mark.parametrize("age", [AgeKnowledge.MINOR, AgeKnowledge.YOUNG_ADULT, AgeKnowledge.ADULT])
def test_a_birth_date_is_corrected_by_a_birth_date(age: AgeKnowledge) -> None:
    """A birth date on record outweighs an age band: what agrees with it is known already, what
    does not is refused, and another birth date corrects it."""
    sixteen = given(born=date(2007, 3, 2))
    if age is AgeKnowledge.MINOR:
        assert establish(sixteen, None, age) == []
    else:
        with pytest.raises(BirthDateIsKnown):
            establish(sixteen, None, age)
    [corrected] = establish(sixteen, NINETEEN)
    assert given(corrected, born=date(2007, 3, 2)).age_on(TODAY) is AgeKnowledge.YOUNG_ADULT


def test_nobody_is_born_tomorrow() -> None:
    """A birth date in the future is refused."""
    with pytest.raises(BornInTheFuture):
        establish(given(), date(2023, 4, 4))


@pytest.mark.parametrize(
    ("born", "refusal"),
    [(date(2023, 3, 25), BornInTheFuture), (date(1850, 1, 1), BornTooLongAgo)],
)
def test_who_was_met_had_been_born(born: date, refusal: type[Refusal]) -> None:
    """Nobody is born after they were told of, nor older than anybody has been."""
    with pytest.raises(refusal):
        establish_age(
            given(),
            born=born,
            age=AgeKnowledge.UNKNOWN,
            basis="Pass.",
            today=TODAY,
            met=date(2023, 3, 24),
        )


@pytest.mark.parametrize(
    ("number", "level", "fits"),
    [
        ("199003029825", IdentityLevel.CONFIRMED, False),
        ("199003029825", IdentityLevel.PROBABLE, True),
        ("199003629823", IdentityLevel.CONFIRMED, True),  # a coordination number
        ("200403020000", IdentityLevel.CONFIRMED, True),
    ],
)
def test_a_confirmed_number_vouches_for_the_year(
    number: str, level: IdentityLevel, fits: bool
) -> None:
    """A birth date of another year than a confirmed personal number's is refused; what is less
    sure vouches for nothing (section 5)."""
    identified = IdentityEstablished(
        person=PERSON,
        level=level,
        number_kind=IdentityKind.PERSONAL_NUMBER,
        name=None,
        number=number,
        gender=Gender.WOMAN,
        basis="Pass.",
    )
    with nullcontext() if fits else pytest.raises(AgesContradict):
        establish(given(identified), NINETEEN)


# --- told again ------------------------------------------------------------------------------


def test_who_is_known_is_told_of_in_one_fact() -> None:
    """Exactly one fact, as for somebody who is met for the first time, also when nothing of it is
    new: how many facts a referral makes does not tell whether the person was known."""
    assert len(told()) == len(told(NINETEEN, name="Runa Dimvaka")) == len(registered()) == 1
    [event] = told(NINETEEN, AgeKnowledge.YOUNG_ADULT, "Runa Dimvaka")
    assert event == ParticularsTold(
        person=PERSON,
        name="Runa Dimvaka",
        number=None,
        born=NINETEEN,
        age=AgeKnowledge.YOUNG_ADULT,
        gender=Gender.WOMAN,
        contact=None,
    )
    assert fold(told(NINETEEN)) is None


SIXTEEN = date(2007, 3, 2)
MINOR, YOUNG_ADULT, ADULT = AgeKnowledge.MINOR, AgeKnowledge.YOUNG_ADULT, AgeKnowledge.ADULT
UNKNOWN, ASSESSED = AgeKnowledge.UNKNOWN, AgeKnowledge.ASSESSED_ADULT


@pytest.mark.parametrize(
    ("person", "more", "then"),
    [
        (given(), told(NINETEEN, YOUNG_ADULT), YOUNG_ADULT),
        (given(), told(None, ADULT), ADULT),
        (given(), told(None, ASSESSED), ASSESSED),
        (given(age=ASSESSED), told(None, MINOR), MINOR),
        (given(age=ASSESSED), told(None, UNKNOWN), ASSESSED),
        (given(age=ADULT), told(None, UNKNOWN), ADULT),
        (given(age=ADULT), told(None, MINOR), ADULT),
        (given(age=ADULT), told(SIXTEEN, MINOR), MINOR),  # R3: a birth date outweighs it
        (given(born=SIXTEEN), told(NINETEEN, YOUNG_ADULT), MINOR),
        (given(born=SIXTEEN), told(None, ADULT), MINOR),
        (given(*establish(given(), None, ADULT)), told(SIXTEEN, MINOR), ADULT),
        (given(*establish(given(), SIXTEEN)), told(NINETEEN, YOUNG_ADULT), MINOR),
    ],
)
def test_hearsay_fills_gaps_only(
    person: Person, more: list[PersonEvent], then: AgeKnowledge
) -> None:
    """What a further sender tells fills a gap; it never replaces what is known, least of all what
    was established on ground (S85)."""
    [event] = more
    after = evolve(person, event)
    assert after is not None
    assert after.age_on(TODAY) is then


def test_what_was_told_is_still_to_be_established() -> None:
    """A birth date that was only told leaves the age to be established, on ground (S85)."""
    [established] = establish(given(*told(NINETEEN, YOUNG_ADULT)), NINETEEN)
    assert isinstance(established, AgeEstablished)
    assert established.basis == "Pass."


def test_what_is_not_opened_decides_nothing() -> None:
    """A decision never guesses at a sealed value that was not opened for it."""
    person = Person(
        id=PERSON,
        compartment=Compartment.EXPOSED,
        age=Sealed.closed("somewhere|key:1:sealed"),
        born=Sealed.closed("somewhere|key:1:sealed"),
        number=Sealed.closed("somewhere|key:1:sealed"),
    )
    with pytest.raises(SealedValueIsClosed):
        person.age_on(TODAY)
    assert not person.has_number("somewhere|key:1:sealed")


def test_one_open_case_on_a_side() -> None:
    """At most one case is open; closed, another may be opened."""
    assert open_case_for(given(), CASE) == [OPENED]
    assert open_case_for(given(OPENED), CASE) == []
    with pytest.raises(CaseIsAlreadyOpen) as refused:
        open_case_for(given(OPENED), OTHER)
    assert refused.value.context == {"case": CASE}
    assert close_case_for(given(OPENED), CASE) == [CLOSED]
    assert close_case_for(given(OPENED), OTHER) == []
    assert open_case_for(given(OPENED, CLOSED), OTHER)


MINOR, YOUNG, ADULT = AgeKnowledge.MINOR, AgeKnowledge.YOUNG_ADULT, AgeKnowledge.ADULT
UNKNOWN, ASSESSED = AgeKnowledge.UNKNOWN, AgeKnowledge.ASSESSED_ADULT


@pytest.mark.parametrize(
    ("hearsay", "established", "age"),
    [
        ((ADULT,), (), ADULT),
        ((ADULT, YOUNG), (), YOUNG),
        ((ADULT, MINOR, YOUNG), (), MINOR),
        ((ADULT, UNKNOWN), (), ADULT),
        ((UNKNOWN, ASSESSED), (), UNKNOWN),
        ((MINOR,), (ADULT,), ADULT),
        ((ADULT,), (MINOR,), MINOR),
        ((), (ADULT, MINOR), MINOR),
    ],
)
def test_one_person_has_one_age(
    hearsay: tuple[AgeKnowledge, ...], established: tuple[AgeKnowledge, ...], age: AgeKnowledge
) -> None:
    """Over all the records that were merged: the youngest established, else the youngest told (c);
    whoever may be a child is one (R3)."""
    records = [
        *(given(age=each) for each in hearsay),
        *(
            given(AgeEstablished(person=PERSON, age=each, born=None, basis="Pass."))
            for each in established
        ),
    ]
    assert age_over(records, TODAY) is age


def test_a_forgotten_person_is_nobody() -> None:
    """With the last file about them, once; no number leads to the record any more, also while its
    key waits to be erased."""
    known = replace(given(born=NINETEEN), number=Sealed.of("199003029817"))
    [forgot] = forget_person(known, OTHER)
    forgotten = evolve(known, forgot)
    assert forgotten is not None
    assert forgotten.forgotten
    assert not forgotten.has_number("199003029817")
    assert forgotten.born.reveal() is None
    assert forget_person(forgotten, OTHER) == []
