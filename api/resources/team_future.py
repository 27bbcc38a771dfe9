"""The team in the long run (S58-S60, S71): what it costs, its evaluation, what becomes of it."""

from typing import Final
from uuid import UUID

from api.commands import teams as use_cases
from api.door import CREATED, deciding
from api.door.fields import Body, Kronor, PastDay, RegisterNumber, shown
from api.door.visit import Visit
from api.resources.teams import ChangedTeam
from domain.codes import CorrectionReason, TeamFuture
from domain.errors import (
    CostIsNotReported,
    CostIsReported,
    CostPeriodIsFaulty,
    TeamHadNotBegun,
    TeamIsNotEstablished,
    TeamIsNotEvaluated,
    TeamIsPermanent,
    TeamIsWoundUp,
)
from domain.labels import Label
from domain.policy import Act, Information

_MANAGE: Final = (Act.MANAGE, Information.TEAM)


class ReportedCost(Body):
    model_config = shown(periodFrom="2023-04-01", periodUntil="2023-06-30", kronor=650_000)

    period_from: PastDay
    period_until: PastDay
    """The last day, within the same calendar year."""
    kronor: Kronor


@deciding(
    "reportTeamCost",
    Label("Redovisa teamets kostnad", "Report the team's cost"),
    Label(
        "För en period inom ett kalenderår; ingen dag redovisas två gånger (S71).",
        "For a period within a calendar year; no day is reported twice (S71).",
    ),
    asks=_MANAGE,
    status=CREATED,
    refuses=(TeamIsNotEstablished, CostPeriodIsFaulty, CostIsReported, TeamHadNotBegun),
)
async def report_cost(visit: Visit, team_id: UUID, cost: ReportedCost) -> ChangedTeam:
    outcome = await visit.carry_out(
        use_cases.report_cost,
        team_id,
        period_from=cost.period_from,
        period_until=cost.period_until,
        kronor=cost.kronor,
    )
    return ChangedTeam(team_id=team_id, position=outcome.position, replayed=outcome.replayed)


class CostCorrection(Body):
    model_config = shown(periodFrom="2023-04-01", kronor=560_000, reason="mistyped")

    period_from: PastDay
    """The first day of the period whose cost was told wrongly."""
    kronor: Kronor
    """What it was in truth."""
    reason: CorrectionReason


@deciding(
    "correctTeamCost",
    Label("Rätta teamets kostnad", "Correct the team's cost"),
    Label("Vyerna visar den rättade, loggen båda.", "Views show the corrected, the log both."),
    asks=_MANAGE,
    status=CREATED,
    refuses=(CostIsNotReported,),
)
async def correct_cost(visit: Visit, team_id: UUID, told: CostCorrection) -> ChangedTeam:
    outcome = await visit.carry_out(
        use_cases.correct_cost,
        team_id,
        period_from=told.period_from,
        kronor=told.kronor,
        reason=told.reason,
    )
    return ChangedTeam(team_id=team_id, position=outcome.position, replayed=outcome.replayed)


class Evaluation(Body):
    evaluated_on: PastDay
    recommendation: TeamFuture


@deciding(
    "evaluateTeam",
    Label("Registrera utvärderingen av piloten", "Record the evaluation of the pilot"),
    Label("Med vad den rekommenderar nämnden (S58).", "With what it recommends the board (S58)."),
    asks=_MANAGE,
    refuses=(TeamIsNotEstablished, TeamIsPermanent, TeamIsWoundUp, TeamHadNotBegun),
)
async def evaluate(visit: Visit, team_id: UUID, evaluation: Evaluation) -> ChangedTeam:
    outcome = await visit.carry_out(
        use_cases.evaluate_team,
        team_id,
        evaluated_on=evaluation.evaluated_on,
        recommendation=evaluation.recommendation,
    )
    return ChangedTeam(team_id=team_id, position=outcome.position, replayed=outcome.replayed)


class DecisionOnTeam(Body):
    future: TeamFuture
    register_number: RegisterNumber
    """Of the board's decision (S1)."""
    decided_on: PastDay


@deciding(
    "decideTeamFuture",
    Label("Registrera nämndens beslut om teamets framtid", "Record the board's decision on it"),
    Label(
        "Permanent efter en utvärdering; avvecklas teamet lämnar alla det i samma handling (S59,"
        " S60).",
        "Permanent after an evaluation; when it is wound up, everybody leaves it in the same act"
        " (S59, S60).",
    ),
    asks=_MANAGE,
    refuses=(TeamIsNotEstablished, TeamIsNotEvaluated, TeamIsPermanent, TeamIsWoundUp),
)
async def decide(visit: Visit, team_id: UUID, decision: DecisionOnTeam) -> ChangedTeam:
    outcome = await visit.carry_out(
        use_cases.decide_future,
        team_id,
        future=decision.future,
        register_number=decision.register_number,
        decided_on=decision.decided_on,
    )
    return ChangedTeam(team_id=team_id, position=outcome.position, replayed=outcome.replayed)
