"""Persons: who somebody is said to be, who it turned out to be, and whose records are one."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ValidationInfo, field_validator

from api.commands import persons as use_cases
from api.commands import protections
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding
from api.door.answers import CaseId, Done
from api.door.faults import Fault, faulty
from api.door.fields import Body, Id, Line, Number, Passage, PastDay, shown
from api.door.visit import Visit
from domain.codes import Gender, IdentityKind, IdentityLevel, IdentitySource, ProtectionKind
from domain.errors import (
    AgesContradict,
    BirthDateIsKnown,
    BornInTheFuture,
    BornTooLongAgo,
    BothHaveOpenCases,
    CaseIsClosed,
    IdentityIsUncertain,
    LinkIsNeverStored,
    PersonIsMerged,
    PersonIsNotMerged,
    PersonIsTheSame,
    PositionIsNotReached,
    ProtectionDiffers,
    ProtectionDoesNotStand,
)
from domain.labels import Label
from domain.person.identity import Particulars
from domain.policy import Act, Information
from projections import access
from projections.access import persons as access_persons

_ASKS = (Act.RECORD, Information.IDENTITY)
_KNOWN: dict[str, Any] = {
    "name": "Alva Dimvik",
    "number": "20070519-2383",
    "gender": "woman",
    "basis": "Pass uppvisat vid besök.",
}


class _Told(Body):
    """What is said, or found, of who somebody is; everything but how sure it is may be unknown."""

    level: IdentityLevel
    basis: Passage
    """What it rests on."""
    name: Line | None = None
    number: Number | None = None
    gender: Gender = Gender.UNKNOWN

    def particulars(self) -> Particulars:
        return Particulars(
            level=self.level,
            name=self.name,
            number=self.number.twelve if self.number else None,
            kind=self.number.kind if self.number else IdentityKind.NONE,
            gender=self.gender,
            basis=self.basis,
        )


class PersonDone(Done):
    case_id: CaseId


# --- said, and found -------------------------------------------------------------------------


class IdentityAssertion(_Told):
    """Who it may be, as somebody says."""

    model_config = shown(source="own-word", level="uncertain", **_KNOWN)

    source: IdentitySource


@deciding(
    "assertIdentity",
    Label("Registrera en uppgift om identiteten", "Record an assertion of the identity"),
    Label(
        "Med källa och hur säker den är; den ersätter ingenting. Varken ålder eller kön härleds"
        " ur en osäker uppgift.",
        "With its source and how sure it is; it replaces nothing. Neither age nor gender is derived"
        " from an uncertain one.",
    ),
    asks=_ASKS,
    status=CREATED,
    leads=(Lead("establishIdentity", {"caseId": "caseId"}),),
)
async def assert_identity(visit: Visit, case_id: UUID, told: IdentityAssertion) -> PersonDone:
    outcome = await visit.carry_out(
        use_cases.assert_identity, case_id, told.particulars(), told.source
    )
    return _done(case_id, outcome)


class IdentityFinding(_Told):
    """Who it turned out to be."""

    model_config = shown(level="confirmed", bornOn="2007-05-19", **_KNOWN)

    born_on: PastDay | None = None
    """Left out, it is taken from a personal number; a coordination number vouches for none."""

    @field_validator("born_on")
    @classmethod
    def _agrees_with_the_number(cls, born: date | None, info: ValidationInfo) -> date | None:
        number = info.data.get("number")
        if born and number and number.contradicts(born):
            raise faulty(Fault.CONTRADICTS_NUMBER)
        return born

    @property
    def born(self) -> date | None:
        return self.born_on or (self.number.born if self.number else None)


@deciding(
    "establishIdentity",
    Label("Fastställ identiteten", "Establish the identity"),
    Label(
        "Styrkt eller sannolik. Finns numret redan på samma sida noteras en möjlig dubblett hos"
        " båda, vilket sägs för den som får se någon av den andras akter; en människa avgör om de"
        " slås samman. Ett känt födelsedatum fastställer åldern och prövar fördelningen på nytt"
        " (S85).",
        "Confirmed or probable. If the number is known on the same side, a possible duplicate is"
        " noted on both, which is told to who may see a file of the other; a person decides whether"
        " they are merged. A known birth date establishes the age, and the routing is reviewed"
        " (S85).",
    ),
    asks=_ASKS,
    refuses=(
        IdentityIsUncertain,
        BornInTheFuture,
        BornTooLongAgo,
        AgesContradict,
        BirthDateIsKnown,
        CaseIsClosed,
    ),
    status=CREATED,
    leads=(Lead("listPersonRecords", {"caseId": "caseId"}),),
)
async def establish_identity(visit: Visit, case_id: UUID, found: IdentityFinding) -> PersonDone:
    outcome = await visit.carry_out(
        use_cases.establish_identity, case_id, found.particulars(), born=found.born
    )
    return _done(case_id, outcome)


# --- doubles ---------------------------------------------------------------------------------


class DuplicateNote(Body):
    other_case_id: Id
    """A case about what seems to be another record of the same person, on the same side."""

    def files(self) -> Sequence[UUID]:
        return (self.other_case_id,)


@deciding(
    "noteDuplicate",
    Label("Peka ut en möjlig dubblett", "Point out a possible duplicate"),
    Label(
        "Noteras hos båda; ingenting slås samman av sig självt.",
        "Noted on both; nothing is merged by itself.",
    ),
    asks=_ASKS,
    refuses=(PersonIsTheSame, LinkIsNeverStored),
    status=CREATED,
    leads=(Lead("mergePersons", {"caseId": "caseId"}),),
)
async def note_duplicate(visit: Visit, case_id: UUID, note: DuplicateNote) -> PersonDone:
    outcome = await visit.carry_out(use_cases.note_duplicate, case_id, note.other_case_id)
    return _done(case_id, outcome)


class Merge(Body):
    into_case_id: Id
    """A case about the record that is to stand for both."""
    reason: Passage

    def files(self) -> Sequence[UUID]:
        return (self.into_case_id,)


@deciding(
    "mergePersons",
    Label("Slå samman två uppgifter om en person", "Merge two records of one person"),
    Label(
        "Ärendets person går upp i det andra ärendets. Ingenting går förlorat, inga akter ändras,"
        " och det kan hävas. Aldrig mellan två sidor (S76-S78).",
        "The record of this case goes up in the other's. Nothing is lost, no file changes, and it"
        " can be undone. Never between two sides (S76-S78).",
    ),
    asks=_ASKS,
    refuses=(
        PersonIsTheSame,
        LinkIsNeverStored,
        PersonIsMerged,
        BothHaveOpenCases,
        ProtectionDiffers,
    ),
    status=CREATED,
    leads=(
        Lead("unmergePersons", {"caseId": "caseId"}),
        Lead("listPersonRecords", {"caseId": "caseId"}),
    ),
)
async def merge(visit: Visit, case_id: UUID, how: Merge) -> PersonDone:
    outcome = await visit.carry_out(use_cases.merge, case_id, how.into_case_id, how.reason)
    return _done(case_id, outcome)


class Separation(Body):
    reason: Passage


@deciding(
    "unmergePersons",
    Label("Häv en sammanslagning", "Undo a merge"),
    Label(
        "Ärendets person står för sig själv igen, med det som var och det som har kommit till. Det"
        " som fördes till den andras öppna ärende väntar på nytt på svar.",
        "The record of this case stands for itself again, with what it had and what came since."
        " What joined the open case of the other waits anew for an answer.",
    ),
    asks=_ASKS,
    refuses=(PersonIsNotMerged,),
    status=CREATED,
)
async def unmerge(visit: Visit, case_id: UUID, why: Separation) -> PersonDone:
    outcome = await visit.carry_out(use_cases.unmerge, case_id, why.reason)
    return _done(case_id, outcome)


def _done(case_id: UUID, outcome: Outcome) -> PersonDone:
    return PersonDone(case_id=case_id, position=outcome.position, replayed=outcome.replayed)


# --- protected identities --------------------------------------------------------------------


class Protection(Body):
    model_config = shown(kind="confidentiality-flag", basis="Markering i folkbokföringen.")

    kind: ProtectionKind
    basis: Passage


@deciding(
    "protectPerson",
    Label("Skydda en identitet", "Protect an identity"),
    Label(
        "Sekretessmarkering, skyddad folkbokföring eller fingerade personuppgifter. Behörigheten"
        " till varje akt om personen begränsas till tilldelade handläggare och enhetscheferna, och"
        " kontaktuppgiften visas inte. Kopplingen till en verklig identitet lagras aldrig.",
        "Confidentiality flag, protected population registration or fictitious data. Access to each"
        " file about the person narrows to the assigned workers and the unit managers, and the"
        " contact is not shown. The link to a real identity is never stored.",
    ),
    asks=_ASKS,
    refuses=(PositionIsNotReached,),
    status=CREATED,
    leads=(Lead("liftProtection", {"caseId": "caseId"}),),
)
async def protect(visit: Visit, case_id: UUID, protection: Protection) -> PersonDone:
    return await _protected(visit, case_id, protections.protect, protection)


@deciding(
    "liftProtection",
    Label("Häv ett skydd", "Lift a protection"),
    Label(
        "När inget skydd är kvar gäller vanlig behörighet igen.",
        "When no protection is left, access is what it was.",
    ),
    asks=_ASKS,
    refuses=(ProtectionDoesNotStand, PositionIsNotReached),
    status=CREATED,
)
async def lift(visit: Visit, case_id: UUID, protection: Protection) -> PersonDone:
    return await _protected(visit, case_id, protections.lift, protection)


async def _protected(
    visit: Visit, case_id: UUID, act: Callable[..., Awaitable[None]], protection: Protection
) -> PersonDone:
    """The files are asked for after the position: they reflect at least that."""
    as_of = visit.house.views.position(access.PROJECTION.name)
    files = await visit.ask(access_persons.files_with, case_id)
    outcome = await visit.carry_out(
        act, case_id, protection.kind, protection.basis, files=files, as_of=as_of
    )
    return _done(case_id, outcome)
