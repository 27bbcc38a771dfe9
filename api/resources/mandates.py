"""Mandates (S1): decisions of the board, and the work that each starts."""

from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta

from api.commands import mandates as use_cases
from api.door import CREATED, Lead, deciding, reading
from api.door.answers import (
    Answer,
    Day,
    Done,
    InquiryId,
    MandateId,
    Moment,
    Position,
    Seen,
    TeamId,
)
from api.door.fields import Body, PastDay, RegisterNumber
from api.door.visit import Visit
from domain.codes import MandateMatter, Purpose
from domain.errors import (
    MandateIsForSomethingElse,
    MandateIsRecorded,
    NotFound,
    WorkIsStarted,
)
from domain.inquiry import InquiryOpened
from domain.labels import Label
from domain.mandate import MandateDecided
from domain.policy import Act, Information
from domain.team import TeamMandated
from projections import mandates

_READ: Final = (Act.READ, Information.MANDATE)

# --- seen ------------------------------------------------------------------------------------


class MandateLine(Answer):
    mandate_id: MandateId
    register_number: Annotated[
        str, Meta(description="Of the board's decision.", examples=["SCN-2022-00355"])
    ]
    decided_on: Day
    matter: MandateMatter


class Mandates(Answer):
    items: list[MandateLine]
    position: Position


@reading(
    "listMandates",
    Label("Lista nämndens beslut", "List the board's decisions"),
    Label("Alla, det senaste först, på en sida.", "All of them, the latest first, on one page."),
    asks=_READ,
    view=mandates.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
    leads=(Lead("readMandate", {"mandateId": "items/0/mandateId"}),),
)
async def page(visit: Visit) -> Seen[Mandates]:
    found = await visit.ask(mandates.mandates, visit.viewer)
    answer = Mandates(
        items=[MandateLine(**_told(mandate)) for mandate in found], position=visit.position
    )
    return Seen(answer, [mandate.mandate for mandate in found])


class StartedWork(Answer):
    work_id: Annotated[
        UUID,
        Meta(description="The team or inquiry.", examples=["e2b6d0a9-8d3f-4f3c-8a57-3c1b7d2e6f04"]),
    ]
    matter: MandateMatter
    started_at: Moment


class MandateDetail(MandateLine):
    """With what it started."""

    works: list[StartedWork]
    position: Position


@reading(
    "readMandate",
    Label("Läs ett beslut", "Read a decision"),
    Label(
        "Med det som har startat under det; av utredningar bara de på den egna sidan.",
        "With what was started under it; of inquiries only those of one's own side.",
    ),
    asks=_READ,
    view=mandates.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
    has_etag=True,
    leads=(Lead("startTeam", {"mandateId": "mandateId"}),),
)
async def read(visit: Visit, mandate_id: UUID) -> Seen[MandateDetail]:
    mandate = await visit.ask(mandates.mandate, visit.viewer, mandate_id)
    if mandate is None:
        raise NotFound
    answer = MandateDetail(
        **_told(mandate),
        works=[
            StartedWork(
                work_id=started.work,
                matter=MandateMatter(started.matter),
                started_at=started.started_at,
            )
            for started in await visit.ask(mandates.started, visit.viewer, mandate_id)
        ],
        position=visit.position,
    )
    return Seen(answer, [mandate_id], version=((mandate_id, mandate.version),))


def _told(mandate: mandates.Mandate) -> dict[str, Any]:
    return {
        "mandate_id": mandate.mandate,
        "register_number": mandate.register_number,
        "decided_on": mandate.decided_on,
        "matter": MandateMatter(mandate.matter),
    }


# --- decided, and work started ---------------------------------------------------------------


class NewMandate(Body):
    register_number: RegisterNumber
    """Of the board's decision (S1)."""
    decided_on: PastDay
    matter: MandateMatter


class ChangedMandate(Done):
    mandate_id: MandateId


@deciding(
    "recordMandate",
    Label("Registrera ett beslut av nämnden", "Record a decision of the board"),
    Label(
        "Med diarienummer och datum; det som startar under det registreras i samma handling.",
        "With register number and date; what is started under it is recorded in the same act.",
    ),
    asks=(Act.RECORD, Information.MANDATE),
    refuses=(MandateIsRecorded,),
    status=CREATED,
    location="/mandates/{0.mandate_id}",
    leads=(Lead("startInquiry", {"mandateId": "mandateId"}),),
)
async def record(visit: Visit, mandate: NewMandate) -> ChangedMandate:
    outcome = await visit.carry_out(
        use_cases.record_mandate,
        register_number=mandate.register_number,
        decided_on=mandate.decided_on,
        matter=mandate.matter,
    )
    mandate_id, _ = outcome.the(MandateDecided)
    return ChangedMandate(
        mandate_id=mandate_id, position=outcome.position, replayed=outcome.replayed
    )


class StartedTeam(ChangedMandate):
    team_id: TeamId


@deciding(
    "startTeam",
    Label("Starta ett team under ett beslut", "Start a team under a decision"),
    Label(
        "Teamet får beslutets diarienummer och datum.",
        "The team gets the decision's register number and date.",
    ),
    asks=(Act.MANAGE, Information.TEAM),
    refuses=(MandateIsForSomethingElse, WorkIsStarted),
    status=CREATED,
    location="/teams/{0.team_id}",
    leads=(Lead("establishTeam", {"teamId": "teamId"}),),
)
async def start_team(visit: Visit, mandate_id: UUID) -> StartedTeam:
    outcome = await visit.carry_out(use_cases.start_team, mandate_id)
    team_id, _ = outcome.the(TeamMandated)
    return StartedTeam(
        mandate_id=mandate_id,
        team_id=team_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )


class StartedInquiry(ChangedMandate):
    inquiry_id: InquiryId


@deciding(
    "startInquiry",
    Label("Öppna en utredning under ett beslut", "Open an inquiry under a decision"),
    Label(
        "På den egna sidan: behovet av en mottagning, eller en översyn av stödet (S50, S51).",
        "On one's own side: the need for a reception, or a review of the support (S50, S51).",
    ),
    asks=(Act.MANAGE, Information.INQUIRY),
    refuses=(MandateIsForSomethingElse, WorkIsStarted),
    status=CREATED,
    location="/inquiries/{0.inquiry_id}",
    leads=(Lead("expressNeed", {"inquiryId": "inquiryId"}),),
)
async def start_inquiry(visit: Visit, mandate_id: UUID) -> StartedInquiry:
    outcome = await visit.carry_out(use_cases.start_inquiry, mandate_id)
    inquiry_id, _ = outcome.the(InquiryOpened)
    return StartedInquiry(
        mandate_id=mandate_id,
        inquiry_id=inquiry_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )
