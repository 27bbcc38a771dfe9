"""Police operations (S31, R6): announced without persons, acknowledged by both who handle them,
carried out person by person, closed."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.commands import police_operations as use_cases
from api.door import CREATED, Lead, deciding, reading
from api.door.answers import (
    Answer,
    Count,
    Day,
    Done,
    Due,
    Moment,
    OperationId,
    Page,
    Position,
    ReferralId,
    Seen,
    Unit,
)
from api.door.fields import Body, Line, PastMoment
from api.door.fields import Day as DayOfBody
from api.door.query import PageQuery
from api.door.visit import Visit
from api.resources.referrals import Receipt
from domain.codes import Purpose
from domain.errors import (
    AnnouncedInTheFuture,
    NotFound,
    OperationIsNotAcknowledged,
    PlannedBeforeAnnounced,
)
from domain.labels import Label
from domain.police_operation import OperationAnnounced
from domain.policy import Act, Information, may
from projections import police_operations as operations
from projections.police_operations import Cursor
from projections.police_operations import Line as OperationLine

_READ: Final = (Act.READ, Information.OPERATION)
SEND: Final = (Act.SEND, Information.OPERATION)

# --- seen ------------------------------------------------------------------------------------


class PoliceOperation(Answer):
    """Nobody who was met stands here, only how many of the side that handles it."""

    operation_id: OperationId
    announced_at: Moment
    planned_on: Day
    handling_units: Annotated[list[Unit], Meta(description="Both acknowledge it.")]
    acknowledgements: Annotated[list[Unit], Meta(description="The units that have.")]
    acknowledgement_due: Due
    acknowledgement_overdue: Annotated[
        bool, Meta(description="One of the two has not acknowledged it in time: an alarm.")
    ]
    persons_met: Count
    closed_at: Moment | None


class PoliceOperations(Page):
    items: list[PoliceOperation]


@reading(
    "listPoliceOperations",
    Label("Lista polisinsatser", "List police operations"),
    Label(
        "De som den egna enheten hanterar, den senaste först. Personerna syns bara genom sina"
        " aktualiseringar.",
        "Those that one's own unit handles, the latest first. The persons are seen through their"
        " referrals alone.",
    ),
    asks=_READ,
    view=operations.PROJECTION.name,
    purpose=Purpose.INTAKE,
    leads=(Lead("listPoliceOperations", {"cursor": "nextCursor"}),),
)
async def page(visit: Visit, query: PageQuery) -> Seen[PoliceOperations]:
    found = await visit.ask(
        operations.page,
        visit.viewer,
        after=visit.last_seen(query, Cursor),
        limit=query.limit,
    )
    answer = PoliceOperations(
        items=[PoliceOperation(**_told(line, visit.now)) for line in found.lines],
        next_cursor=visit.next_cursor(query, found.after),
        position=visit.position,
    )
    return Seen(answer, [line.operation for line in found.lines])


class PoliceOperationDetail(PoliceOperation, kw_only=True):
    referrals: Annotated[
        list[ReferralId] | UnsetType,
        Meta(description="Of those met, as far as you may see them; never for a coordinator."),
    ] = UNSET
    position: Position


@reading(
    "readPoliceOperation",
    Label("Läs en polisinsats", "Read a police operation"),
    Label(
        "Med aktualiseringarna av dem som möttes, så långt du får se dem.",
        "With the referrals of those met, as far as you may see them.",
    ),
    asks=_READ,
    view=operations.PROJECTION.name,
    purpose=Purpose.INTAKE,
    has_etag=True,
    leads=(Lead("acknowledgePoliceOperation", {"operationId": "operationId"}),),
)
async def read(visit: Visit, operation_id: UUID) -> Seen[PoliceOperationDetail]:
    line = await visit.ask(operations.operation, visit.viewer, operation_id)
    if line is None:
        raise NotFound
    seen = await _referrals_seen(visit, line)
    answer = PoliceOperationDetail(
        **_told(line, visit.now), referrals=seen or UNSET, position=visit.position
    )
    return Seen(answer, [operation_id, *seen], version=((operation_id, line.version),))


async def _referrals_seen(visit: Visit, line: OperationLine) -> list[UUID]:
    """Each one is judged as the referral that it is: an operation opens nothing (R6)."""
    bursts = await visit.house.opener.open_values(
        [(token, tuple[UUID, ...]) for token in line.referrals]
    )
    met = [referral for burst in bursts if burst.is_open for referral in burst.reveal()]
    found = {referral: await visit.house.views.file(referral) for referral in met}
    return [
        referral
        for referral, known in found.items()
        if known and may(visit.viewer, Act.READ, Information.LINE, known.file)
    ]


def _told(line: OperationLine, now: datetime) -> dict[str, Any]:
    return {
        "operation_id": line.operation,
        "announced_at": line.announced_at,
        "planned_on": line.planned_on,
        "handling_units": list(line.handled_by),
        "acknowledgements": list(line.acknowledged_by),
        "acknowledgement_due": line.acknowledgement_due,
        "acknowledgement_overdue": line.acknowledged_at is None and line.acknowledgement_due < now,
        "persons_met": line.persons_met,
        "closed_at": line.closed_at,
    }


# --- announced, acknowledged, closed ---------------------------------------------------------


class Announcement(Body):
    """No person stands in it (R6)."""

    planned_on: DayOfBody
    announced_at: PastMoment | None = None
    """When the police told of it, if not now: the time to acknowledge it starts there."""
    senders_reference: Line | None = None
    """One's own: what is asked for later (the silence alarm)."""


class ChangedOperation(Done):
    operation_id: OperationId


class AnnouncedOperation(ChangedOperation):
    receipt: Receipt


@deciding(
    "announcePoliceOperation",
    Label("Meddela en polisinsats", "Announce a police operation"),
    Label(
        "Riktad mot prostitution eller människohandel. Nexus och regionkoordinatorerna bekräftar"
        " den var för sig; uteblir det ena larmas det (R6).",
        "Targeted at prostitution or trafficking. Nexus and the regional coordinators acknowledge"
        " it, each for themselves; when one of them does not, there is an alarm (R6).",
    ),
    asks=SEND,
    refuses=(AnnouncedInTheFuture, PlannedBeforeAnnounced),
    status=CREATED,
    location="/police-operations/{0.operation_id}",
    leads=(
        Lead("referThoseMet", {"operationId": "operationId"}),
        Lead("acknowledgePoliceOperation", {"operationId": "operationId"}),
    ),
)
async def announce(visit: Visit, announced: Announcement) -> AnnouncedOperation:
    outcome = await visit.carry_out(
        use_cases.announce_operation,
        planned_on=announced.planned_on,
        announced_at=announced.announced_at,
        senders_reference=announced.senders_reference,
    )
    operation_id, recorded = outcome.the(OperationAnnounced)
    return AnnouncedOperation(
        operation_id=operation_id,
        receipt=recorded.receipt,
        position=outcome.position,
        replayed=outcome.replayed,
    )


@deciding(
    "acknowledgePoliceOperation",
    Label("Bekräfta en polisinsats", "Acknowledge a police operation"),
    Label("För den egna enheten.", "For one's own unit."),
    asks=(Act.ANSWER, Information.OPERATION),
    leads=(Lead("readPoliceOperation", {"operationId": "operationId"}),),
)
async def acknowledge(visit: Visit, operation_id: UUID) -> ChangedOperation:
    outcome = await visit.carry_out(use_cases.acknowledge_operation, operation_id)
    return ChangedOperation(
        operation_id=operation_id, position=outcome.position, replayed=outcome.replayed
    )


@deciding(
    "closePoliceOperation",
    Label("Avsluta en polisinsats", "Close a police operation"),
    Label(
        "När alla som möttes är aktualiserade och båda har bekräftat den.",
        "When all who were met are referred, and both have acknowledged it.",
    ),
    asks=(Act.CLOSE, Information.OPERATION),
    refuses=(OperationIsNotAcknowledged,),
)
async def close(visit: Visit, operation_id: UUID) -> ChangedOperation:
    outcome = await visit.carry_out(use_cases.close_operation, operation_id)
    return ChangedOperation(
        operation_id=operation_id, position=outcome.position, replayed=outcome.replayed
    )
