"""Persons are seen: every record of the one a case is about, and whom a number leads to."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from api.door import reading
from api.door.answers import Answer, CaseId, Count, Position, ReferralId, Seen, Unit
from api.door.fields import Body, Number, shown
from api.door.visit import Visit
from api.resources.identities import Identity, identity_in
from api.resources.linked import without_unseen
from api.resources.story import Told, what_it_rests_on
from domain.case import CaseStatus
from domain.codes import Purpose
from domain.labels import Label
from domain.policy import Act, Information
from projections import access
from projections.access import persons
from projections.access.persons import FileOfPerson

_VIEW = access.PROJECTION.name


class CaseOfPerson(Answer):
    case_id: CaseId
    unit: Unit
    status: CaseStatus


class ReferralOfPerson(Answer):
    referral_id: ReferralId
    unit: Annotated[str | None, Meta(description="That must answer.", examples=["nexus"])]


def _cases(files: Sequence[FileOfPerson]) -> list[CaseOfPerson]:
    return [
        CaseOfPerson(case_id=one.file, unit=one.unit or "", status=CaseStatus(one.status))
        for one in files
        if one.kind == "case" and one.status
    ]


def _referrals(files: Sequence[FileOfPerson]) -> list[ReferralOfPerson]:
    return [
        ReferralOfPerson(referral_id=one.file, unit=one.unit)
        for one in files
        if one.kind == "referral"
    ]


# --- the records of one person ---------------------------------------------------------------


class PersonRecord(Answer):
    """One of the records that are the same person's, with the files that you may see."""

    of_this_case: Annotated[bool, Meta(examples=[True])]
    identity: Identity
    possible_duplicates: Count
    cases: list[CaseOfPerson]
    referrals: list[ReferralOfPerson]


class PersonRecords(Answer):
    items: list[PersonRecord]
    position: Position


@reading(
    "listPersonRecords",
    Label("Visa alla uppgifter om personen", "List the person's records"),
    Label(
        "Ärendets person, med det som har slagits samman: identitet, påståenden, möjliga dubbletter"
        " och personens akter över enheterna, så långt läsaren får se dem.",
        "The person of the case, with what has been merged: identity, assertions, possible"
        " duplicates, and the person's files across units, as far as the reader may see them.",
    ),
    asks=(Act.READ, Information.IDENTITY),
    view=_VIEW,
)
async def of_case(visit: Visit, case_id: UUID) -> Seen[PersonRecords]:
    found = await visit.file(case_id, "case", Information.IDENTITY)
    every = await visit.ask(persons.records, found.person)
    files = await visit.ask(persons.files, visit.viewer, every)
    rests_on = await what_it_rests_on(visit, found, case_id, every)
    told = await without_unseen(visit, rests_on)
    contact = visit.may_read(Information.CONTACT, found)
    items = [
        _record(
            [one for one in told if one.line.stream == record],
            [one for one in files if one.person == record],
            of_this_case=record == found.person,
            contact=contact,
        )
        for record in every
    ]
    answer = PersonRecords(items=items, position=visit.position)
    subjects = dict.fromkeys([case_id, *every, *(one.file for one in files)])
    return Seen(answer, list(subjects))


def _record(
    told: list[Told], files: Sequence[FileOfPerson], *, of_this_case: bool, contact: bool
) -> PersonRecord:
    return PersonRecord(
        of_this_case=of_this_case,
        identity=identity_in(told, contact=contact),
        possible_duplicates=sum(one.kind == "person.duplicate-noted" for one in told),
        cases=_cases(files),
        referrals=_referrals(files),
    )


# --- search ----------------------------------------------------------------------------------


class PersonSearch(Body):
    """By a number, which stands in the body and in no address."""

    model_config = shown(number="20070519-2383")

    number: Number


class FoundFiles(Answer):
    """The files of whoever has the number, on your side, as far as you may see them."""

    cases: list[CaseOfPerson]
    referrals: list[ReferralOfPerson]
    position: Position


@reading(
    "searchPersons",
    Label("Sök på personnummer", "Search by personal number"),
    Label(
        "På den egna sidan, genom ett blint index; det som läsaren inte får se finns inte. Varje"
        " sökning lämnar ett kvitto med sina träffar; sökordet sparas bara när inget hittades.",
        "On one's own side, by a blind index; what the reader may not see is not there. Each search"
        " leaves a receipt with its hits; the term is kept only where nothing was found.",
    ),
    asks=(Act.READ, Information.PERSON_INDEX),
    view=_VIEW,
    purpose=Purpose.INTAKE,
)
async def search(visit: Visit, wanted: PersonSearch) -> Seen[FoundFiles]:
    side, number = visit.viewer.side, wanted.number.twelve
    person = await visit.house.desk.vault.find_person(side.value, number) if side else None
    every = await visit.ask(persons.records, person) if person else []
    files = await visit.ask(persons.files, visit.viewer, every)
    answer = FoundFiles(cases=_cases(files), referrals=_referrals(files), position=visit.position)
    detail = {"hits": str(len(files))} if person else {"number": number}
    return Seen(answer, [*every, *(one.file for one in files)], detail=detail)
