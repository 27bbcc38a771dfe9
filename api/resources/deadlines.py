"""What is due, by when, is seen by the unit that must see to it; and a deadline is extended,
paused and resumed, on a ground."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.commands import assessments as use_cases
from api.commands.work import Outcome
from api.door import Lead, deciding, reading
from api.door.answers import (
    Answer,
    CaseId,
    Count,
    DeadlineId,
    Done,
    Moment,
    OperationId,
    Page,
    ReferralId,
    Seen,
    Words,
)
from api.door.fields import Body, Id, Instant, Passage
from api.door.query import Flag, PageQuery
from api.door.visit import Visit
from domain.codes import DeadlineKind, Purpose
from domain.deadline import DeadlineExtended, DeadlineResumed
from domain.errors import (
    ClockCannotBeExtended,
    ClockCannotBePaused,
    DeadlineHasEnded,
    DeadlineIsMissed,
    DeadlineIsNotPaused,
    DeadlineIsPaused,
    ExtensionIsNoLonger,
    ExtensionIsTooLong,
    GroundIsMissing,
)
from domain.labels import Label
from domain.policy import Act, Information
from projections import deadlines
from projections.deadlines import DeadlineStatus
from projections.deadlines import due as of_deadlines
from projections.deadlines.due import Cursor, Filter

# --- what is due -----------------------------------------------------------------------------


class DeadlinesQuery(PageQuery):
    status: DeadlineStatus | None = None
    """Left out: what has not ended, missed or not."""
    kind: DeadlineKind | None = None
    """Only what is due in this sense."""
    worker_id: Id | None = None
    """Only in the cases of this case worker."""
    file_id: Id | None = None
    """Only in this case, with its referrals, or in this referral."""
    warned: Flag | None = None
    """Only what is due soon, or overdue."""


class DeadlineLine(Answer):
    """What a compilation may hold: what is due and when, never why (SoLPuL 7 a §)."""

    deadline_id: DeadlineId
    kind: DeadlineKind
    label: Words
    status: DeadlineStatus
    due: Annotated[Moment, Meta(description="When it is due; UTC.")]
    warned_from: Annotated[Moment, Meta(description="From when it is due soon; UTC.")]
    is_due_soon: bool
    is_overdue: bool
    times_escalated: Count
    ended_at: Moment | None
    referral_id: ReferralId | UnsetType = UNSET
    case_id: CaseId | UnsetType = UNSET
    operation_id: OperationId | UnsetType = UNSET


class DeadlineCounts(Answer):
    """Of what has not ended, as far as the reader sees it."""

    running: Count
    due_soon: Count
    overdue: Count
    paused: Count


class Deadlines(Page):
    items: list[DeadlineLine]
    counts: Annotated[DeadlineCounts | None, Meta(description="On the first page only.")]


@reading(
    "listDeadlines",
    Label("Lista enhetens frister", "List the unit's deadlines"),
    Label(
        "Det som enheten ska göra, det som förfaller först överst; också att en polisinsats ska"
        " bekräftas (R6), och obesvarat som enheten har"
        " lämnat till en annan och som har gått till enhetscheferna. Vad fristen gäller sägs"
        " neutralt; vilken klocka det är och dess lagrum står i akten, under samma nummer.",
        "What the unit must see to, what is due first on top; also that a police operation is to be"
        " acknowledged (R6), and what it left to another unit to"
        " answer and what has gone to the unit managers. What is due is told in neutral words; the"
        " clock and its section of the law stand in the file, under the same number.",
    ),
    asks=(Act.READ, Information.LINE),
    view=deadlines.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
    leads=(Lead("listDeadlines", {"cursor": "nextCursor"}),),
)
async def page(visit: Visit, query: DeadlinesQuery) -> Seen[Deadlines]:
    wanted = Filter(
        status=query.status,
        kind=query.kind,
        worker=query.worker_id,
        file=query.file_id,
        warned=bool(query.warned),
    )
    found = await visit.ask(
        of_deadlines.page,
        visit.viewer,
        wanted,
        now=visit.now,
        after=visit.last_seen(query, Cursor),
        limit=query.limit,
    )
    answer = Deadlines(
        items=[_told(visit, line) for line in found.lines],
        counts=None if query.cursor else await _counts(visit),
        next_cursor=visit.next_cursor(query, found.after),
        position=visit.position,
    )
    subjects = dict.fromkeys(file for line in found.lines for file in (line.file, line.carried))
    return Seen(answer, list(subjects), detail=visit.detail(query))


def _told(visit: Visit, line: of_deadlines.Line) -> DeadlineLine:
    runs = line.status in (DeadlineStatus.RUNNING, DeadlineStatus.MISSED)
    return DeadlineLine(
        deadline_id=line.deadline,
        referral_id=line.referral or UNSET,
        case_id=line.case or UNSET,
        operation_id=line.operation or UNSET,
        kind=DeadlineKind(line.kind),
        label=Words.of(DeadlineKind(line.kind)),
        status=DeadlineStatus(line.status),
        due=line.due,
        warned_from=line.warned,
        is_due_soon=runs and line.warned <= visit.now <= line.due,
        is_overdue=runs and line.due < visit.now,
        times_escalated=line.escalated,
        ended_at=line.ended_at,
    )


async def _counts(visit: Visit) -> DeadlineCounts:
    counts = await visit.ask(of_deadlines.counts, visit.viewer, visit.now)
    return DeadlineCounts(
        running=counts.running,
        due_soon=counts.due_soon,
        overdue=counts.overdue,
        paused=counts.paused,
    )


# --- more time -------------------------------------------------------------------------------

_EXTENDING = (
    DeadlineHasEnded,
    DeadlineIsMissed,
    DeadlineIsPaused,
    ClockCannotBeExtended,
    GroundIsMissing,
    ExtensionIsNoLonger,
    ExtensionIsTooLong,
)


class DeadlineExtension(Body):
    """For a set time, on the ground that the law asks for."""

    until: Instant
    ground: Passage


class MovedDeadline(Done):
    deadline_id: DeadlineId
    due: Annotated[Moment, Meta(description="When it is due now; UTC.")]


_MAY_EXTEND = Label(
    "Bara en frist som lagen eller en inställning låter förlänga, för en bestämd tid, av ett skäl"
    " och innan den har gått ut (SoL 2025:400 20:2-3; 2001:453 11:1 a, 11:2).",
    "Only a deadline that the law or a setting lets be extended, for a set time, on a ground, and"
    " before it has passed (SoL 2025:400 20:2-3; 2001:453 11:1 a, 11:2).",
)


@deciding(
    "extendReferralDeadline",
    Label("Förläng en frist i en aktualisering", "Extend a deadline of a referral"),
    _MAY_EXTEND,
    asks=(Act.RECORD, Information.REFERRAL),
    refuses=_EXTENDING,
)
async def extend_in_referral(
    visit: Visit, referral_id: UUID, deadline_id: UUID, extension: DeadlineExtension
) -> MovedDeadline:
    outcome = await visit.carry_out(
        use_cases.extend_in_referral,
        referral_id,
        deadline_id,
        until=extension.until,
        ground=extension.ground,
    )
    return _extended(outcome)


@deciding(
    "extendCaseDeadline",
    Label("Förläng en frist i ett ärende", "Extend a deadline of a case"),
    _MAY_EXTEND,
    asks=(Act.RECORD, Information.CIRCUMSTANCES),
    refuses=_EXTENDING,
)
async def extend_in_case(
    visit: Visit, case_id: UUID, deadline_id: UUID, extension: DeadlineExtension
) -> MovedDeadline:
    outcome = await visit.carry_out(
        use_cases.extend_in_case,
        case_id,
        deadline_id,
        until=extension.until,
        ground=extension.ground,
    )
    return _extended(outcome)


def _extended(outcome: Outcome) -> MovedDeadline:
    _, extended = outcome.the(DeadlineExtended)
    return MovedDeadline(
        deadline_id=extended.deadline,
        due=extended.due,
        position=outcome.position,
        replayed=outcome.replayed,
    )


class DeadlinePause(Body):
    ground: Passage


class PausedDeadline(Done):
    deadline_id: DeadlineId


@deciding(
    "pauseDeadline",
    Label("Pausa en frist", "Pause a deadline"),
    Label(
        "Bara en tid som kommunen själv har satt kan pausas, och bara av ett skäl.",
        "Only a time that the municipality set itself can be paused, and only on a ground.",
    ),
    asks=(Act.RECORD, Information.CIRCUMSTANCES),
    refuses=(
        DeadlineHasEnded,
        DeadlineIsMissed,
        DeadlineIsPaused,
        ClockCannotBePaused,
        GroundIsMissing,
    ),
)
async def pause(
    visit: Visit, case_id: UUID, deadline_id: UUID, why: DeadlinePause
) -> PausedDeadline:
    outcome = await visit.carry_out(use_cases.pause_in_case, case_id, deadline_id, why.ground)
    return PausedDeadline(
        deadline_id=deadline_id, position=outcome.position, replayed=outcome.replayed
    )


@deciding(
    "resumeDeadline",
    Label("Låt en frist löpa igen", "Let a deadline run again"),
    Label(
        "Fristen löper så mycket längre som den stod stilla.",
        "The deadline runs as much longer as it stood still.",
    ),
    asks=(Act.RECORD, Information.CIRCUMSTANCES),
    refuses=(DeadlineHasEnded, DeadlineIsNotPaused),
)
async def resume(visit: Visit, case_id: UUID, deadline_id: UUID) -> MovedDeadline:
    outcome = await visit.carry_out(use_cases.resume_in_case, case_id, deadline_id)
    _, resumed = outcome.the(DeadlineResumed)
    return MovedDeadline(
        deadline_id=resumed.deadline,
        due=resumed.due,
        position=outcome.position,
        replayed=outcome.replayed,
    )
