"""Emergencies: somebody who is not entitled opens a case, and the manager is told at once."""

from typing import Annotated, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.commands import emergencies as use_cases
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding, reading
from api.door.answers import Answer, CaseId, Done, Moment, Position, Seen, Text, Unit
from api.door.fields import Body, Number, Passage, shown
from api.door.visit import Visit
from api.resources.people import Who, who
from domain.case.emergency import EmergencyAccessTaken
from domain.codes import Purpose
from domain.errors import AccessStands, NotFound
from domain.labels import Label
from domain.policy import Act, Information
from projections import emergencies

_LATEST: Final = 100

# --- taken -----------------------------------------------------------------------------------


class EmergencyAccess(Done):
    """Until when the cases can be read; the case's manager and the review see it."""

    case_ids: Annotated[
        list[UUID],
        Meta(description="The cases.", examples=[["5a1c9f5d-7c3f-4b6e-9d59-2f0a64c5be02"]]),
    ]
    until: Moment


class NewEmergency(Body):
    reason: Passage
    """Why it cannot wait; the manager and the confidentiality review read it."""


class NewEmergencyByNumber(Body):
    """The number stands in the body and in no address."""

    model_config = shown(number="20070519-2383", reason="Akut hot i kväll.")

    number: Number
    reason: Passage


@deciding(
    "takeEmergencyAccess",
    Label("Öppna ett ärende i ett nödläge", "Open a case in an emergency"),
    Label(
        "På den egna sidan, med skäl och för en begränsad tid. Chefen för den ansvariga enheten får"
        " veta det genast, och sekretessgranskningen prövar det.",
        "On one's own side, with a reason and for a limited time. The manager of the responsible"
        " unit is told at once, and the confidentiality review looks into it.",
    ),
    asks=(Act.OPEN, Information.EMERGENCY),
    refuses=(AccessStands,),
    status=CREATED,
    leads=(Lead("readCase", {"caseId": "caseIds/0"}),),
)
async def take(visit: Visit, case_id: UUID, new: NewEmergency) -> EmergencyAccess:
    outcome = await visit.carry_out(use_cases.open_case, case_id, reason=new.reason)
    return await _taken(visit, outcome)


@deciding(
    "takeEmergencyAccessByNumber",
    Label("Öppna en persons ärenden i ett nödläge", "Open a person's cases in an emergency"),
    Label(
        "Genom personnumret: den som är i fara är sällan känd som ett ärende. Annars som för ett"
        " ärende.",
        "By the personal number: whoever is in danger is seldom known as a case. Otherwise as for"
        " one case.",
    ),
    asks=(Act.OPEN, Information.EMERGENCY),
    refuses=(AccessStands, NotFound),
    status=CREATED,
    leads=(Lead("readCase", {"caseId": "caseIds/0"}),),
)
async def take_by_number(visit: Visit, new: NewEmergencyByNumber) -> EmergencyAccess:
    number = new.number.twelve
    outcome = await visit.carry_out(use_cases.open_cases_of, number, reason=new.reason)
    return await _taken(visit, outcome)


async def _taken(visit: Visit, outcome: Outcome) -> EmergencyAccess:
    """Each case stands in its list of readings as opened, whatever is read of it then: so the next
    confidentiality review meets it (section 5)."""
    _, taken = outcome.the(EmergencyAccessTaken)
    cases = [fact.stream for fact in outcome.facts if isinstance(fact.event, EmergencyAccessTaken)]
    if not outcome.replayed:  # of what is told again, the door leaves the receipt
        await visit.recognise()
        visit.purpose, visit.position = Purpose.EMERGENCY, outcome.position
        for case in cases:
            await visit.leave_receipt([case], "answered")
    return EmergencyAccess(
        case_ids=cases,
        until=taken.until,
        position=outcome.position,
        replayed=outcome.replayed,
    )


# --- told ------------------------------------------------------------------------------------


class EmergencyTaken(Answer):
    case_id: CaseId
    who: Who
    unit: Unit
    taken_at: Moment
    until: Moment
    reason: Text | UnsetType = UNSET


class Emergencies(Answer):
    items: list[EmergencyTaken]
    position: Position


@reading(
    "listEmergencyAccesses",
    Label("Visa vem som har öppnat enhetens ärenden i ett nödläge", "List emergency accesses"),
    Label(
        "Till enhetens egna ärenden, de hundra senaste, med skälet: chefen får veta det genast.",
        "Into the unit's own cases, the latest hundred, with the reason: its manager is told at"
        " once.",
    ),
    asks=(Act.READ, Information.EMERGENCY),
    view=emergencies.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
    leads=(Lead("readCase", {"caseId": "items/0/caseId"}),),
)
async def page(visit: Visit) -> Seen[Emergencies]:
    found = await visit.ask(emergencies.latest, visit.viewer, limit=_LATEST)
    people = await who(visit, (line.staff for line in found))
    reasons = await visit.house.opener.open_values([(line.reason_token, str) for line in found])
    answer = Emergencies(
        items=[
            EmergencyTaken(
                case_id=line.case,
                who=people[line.staff],
                unit=line.unit,
                taken_at=line.taken_at,
                until=line.until,
                reason=reason.reveal() if reason.is_open else UNSET,
            )
            for line, reason in zip(found, reasons, strict=True)
        ],
        position=visit.position,
    )
    return Seen(answer, list(dict.fromkeys(line.case for line in found)))
