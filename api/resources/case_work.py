"""Cases are worked with: assigned and released, documented, closed and reopened."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta
from pydantic import ValidationInfo, field_validator

from api.commands import cases as use_cases
from api.door import CREATED, Lead, deciding
from api.door.answers import Answer, CaseId, Done, StaffId, Unit, Words
from api.door.faults import Fault, faulty
from api.door.fields import Body, Id, Passage, PastDay, shown
from api.door.visit import Visit
from domain.case import CaseStatus, RoutingReviewed
from domain.codes import AgeKnowledge, CaseOutcome
from domain.errors import (
    AgeIsNotEstablished,
    AgesContradict,
    BirthDateIsKnown,
    BornInTheFuture,
    BornTooLongAgo,
    CaseIsAlreadyOpen,
    CaseIsClosed,
    CaseIsMisrecorded,
    CaseIsOpen,
    HandoverIsWaiting,
    InvestigationIsDecided,
    ReportIsNotAssessed,
    UnknownStaffMember,
    WorkerCannotBeAssigned,
    WorkerHasNoPosition,
    WorkerIsAway,
    WorkerIsNotAssigned,
    WorkerIsNotQualifiedForChildren,
)
from domain.labels import Label
from domain.policy import Act, Information
from domain.routing import Rule

# --- assigning -------------------------------------------------------------------------------


class Assignment(Body):
    worker_id: Id
    """Somebody of the responsible unit, on the case's side, and qualified where that is asked."""
    even_if_away: bool = False
    """The worker is on leave today, and is assigned all the same."""


class AssignedCase(Done):
    case_id: CaseId
    worker_id: StaffId


@deciding(
    "assignCaseWorker",
    Label("Tilldela en handläggare", "Assign a case worker"),
    Label(
        "Arbete med den som är eller kan vara under 21 år kräver behörighet (SoL 25:1); den som"
        " saknar den kan inte tilldelas.",
        "Work with somebody who is or may be under 21 needs a qualification (SoL 25:1); who lacks"
        " it cannot be assigned.",
    ),
    asks=(Act.ASSIGN, Information.RESPONSIBILITY),
    needs_match=True,
    refuses=(
        CaseIsClosed,
        UnknownStaffMember,
        WorkerHasNoPosition,
        WorkerIsAway,
        WorkerCannotBeAssigned,
        WorkerIsNotQualifiedForChildren,
    ),
    leads=(Lead("releaseCaseWorker", {"caseId": "caseId"}),),
)
async def assign(visit: Visit, case_id: UUID, to: Assignment) -> AssignedCase:
    outcome = await visit.carry_out(
        use_cases.assign_case_worker, case_id, to.worker_id, even_if_away=to.even_if_away
    )
    return AssignedCase(
        case_id=case_id,
        worker_id=to.worker_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )


class Release(Body):
    worker_id: Id


class ReleasedCase(Done):
    case_id: CaseId
    worker_id: StaffId


@deciding(
    "releaseCaseWorker",
    Label("Entlediga en handläggare", "Release a case worker"),
    Label(
        "Enheten är fortfarande ansvarig: ett ärende utan handläggare är enhetschefens.",
        "The unit stays responsible: a case without a case worker is the unit manager's.",
    ),
    asks=(Act.ASSIGN, Information.RESPONSIBILITY),
    needs_match=True,
    refuses=(WorkerIsNotAssigned,),
)
async def release(visit: Visit, case_id: UUID, who: Release) -> ReleasedCase:
    outcome = await visit.carry_out(use_cases.release_case_worker, case_id, who.worker_id)
    return ReleasedCase(
        case_id=case_id,
        worker_id=who.worker_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )


# --- documenting -----------------------------------------------------------------------------


class NewNote(Body):
    text: Passage


class RecordedNote(Done):
    case_id: CaseId


@deciding(
    "recordNote",
    Label("Gör en anteckning", "Record a note"),
    Label(
        "Anteckningen förseglas som fritext i akten och ändras aldrig; en rättelse är en ny.",
        "The note is sealed as free text of the file and never changes; a correction is a new one.",
    ),
    asks=(Act.RECORD, Information.NOTES),
    refuses=(CaseIsClosed,),
    status=CREATED,
    leads=(Lead("listNotes", {"caseId": "caseId"}),),
)
async def record_note(visit: Visit, case_id: UUID, note: NewNote) -> RecordedNote:
    outcome = await visit.carry_out(use_cases.record_note, case_id, note.text)
    return RecordedNote(case_id=case_id, position=outcome.position, replayed=outcome.replayed)


class AgeFinding(Body):
    """What the age turned out to be: a birth date, or an age band where no date is known."""

    model_config = shown(basis="Pass uppvisat.", bornOn="2004-05-19", age=None) | {
        "validate_default": True
    }

    basis: Passage
    """What it rests on."""
    born_on: PastDay | None = None
    age: AgeKnowledge | None = None

    @field_validator("age")
    @classmethod
    def _is_the_only_one(
        cls, age: AgeKnowledge | None, info: ValidationInfo
    ) -> AgeKnowledge | None:
        if "born_on" in info.data and (info.data["born_on"] is None) is (age is None):
            raise faulty(Fault.ONE_OF_THEM)
        return age


class RoutingReview(Answer):
    """What the rules say now; a handover is offered by a person, not by a rule."""

    unit: Unit
    rules: Annotated[list[Rule], Meta(examples=[["R4", "R11", "R2"]])]
    deciding_rule: Annotated[Rule, Meta(examples=["R2"])]
    reason: Words


class FoundAge(Done):
    case_id: CaseId
    review: Annotated[RoutingReview | None, Meta(description="Null where nothing was new.")]


@deciding(
    "establishAge",
    Label("Fastställ åldern", "Establish the age"),
    Label(
        "Åldern registreras på personen, och ärendets fördelning prövas på nytt (R3, R11). Svaret"
        " säger vilken enhet reglerna pekar på nu.",
        "The age is recorded on the person, and the routing of the case is reviewed (R3, R11). The"
        " answer says which unit the rules point to now.",
    ),
    asks=(Act.RECORD, Information.CIRCUMSTANCES),
    refuses=(
        CaseIsClosed,
        BornInTheFuture,
        BornTooLongAgo,
        AgesContradict,
        AgeIsNotEstablished,
        BirthDateIsKnown,
    ),
    status=CREATED,
    leads=(Lead("offerHandover", {"caseId": "caseId"}),),
)
async def establish_age(visit: Visit, case_id: UUID, finding: AgeFinding) -> FoundAge:
    outcome = await visit.carry_out(
        use_cases.establish_age,
        case_id,
        born=finding.born_on,
        age=finding.age or AgeKnowledge.UNKNOWN,
        basis=finding.basis,
    )
    reviewed = outcome.find(RoutingReviewed)
    return FoundAge(
        case_id=case_id,
        review=_review(reviewed[1]) if reviewed else None,
        position=outcome.position,
        replayed=outcome.replayed,
    )


def _review(reviewed: RoutingReviewed) -> RoutingReview:
    return RoutingReview(
        unit=reviewed.unit,
        rules=list(reviewed.rules),
        deciding_rule=reviewed.deciding,
        reason=Words.of(reviewed.deciding),
    )


# --- closing ---------------------------------------------------------------------------------


class Closure(Body):
    outcome: CaseOutcome


class Reopening(Body):
    reason: Passage


class CaseState(Done):
    case_id: CaseId
    status: CaseStatus


@deciding(
    "closeCase",
    Label("Avsluta ett ärende", "Close a case"),
    Label(
        "Handläggarna entledigas i samma händelse; en överlämning måste först vara besvarad.",
        "The case workers are released in the same act; a handover must have been answered first.",
    ),
    asks=(Act.CLOSE, Information.RESPONSIBILITY),
    needs_match=True,
    refuses=(HandoverIsWaiting, InvestigationIsDecided, ReportIsNotAssessed, CaseIsClosed),
    leads=(Lead("reopenCase", {"caseId": "caseId"}),),
)
async def close(visit: Visit, case_id: UUID, closure: Closure) -> CaseState:
    outcome = await visit.carry_out(use_cases.close_case, case_id, closure.outcome)
    return CaseState(
        case_id=case_id,
        status=CaseStatus.CLOSED,
        position=outcome.position,
        replayed=outcome.replayed,
    )


@deciding(
    "reopenCase",
    Label("Öppna ett ärende på nytt", "Reopen a case"),
    Label(
        "Vid den enhet som ansvarade för det; inte medan personen har ett annat öppet ärende.",
        "At the unit that was responsible; not while the person has another open case.",
    ),
    asks=(Act.CLOSE, Information.RESPONSIBILITY),
    needs_match=True,
    refuses=(CaseIsOpen, CaseIsAlreadyOpen, CaseIsMisrecorded),
    leads=(Lead("assignCaseWorker", {"caseId": "caseId"}),),
)
async def reopen(visit: Visit, case_id: UUID, reopening: Reopening) -> CaseState:
    outcome = await visit.carry_out(use_cases.reopen_case, case_id, reopening.reason)
    return CaseState(
        case_id=case_id,
        status=CaseStatus.OPEN,
        position=outcome.position,
        replayed=outcome.replayed,
    )
