"""Mandates: decisions of the board, and the work that is started under one, in one act (S1)."""

from datetime import date
from typing import Any
from uuid import UUID

from api.commands import teams as team_use_cases
from api.commands.work import Work
from domain import inquiry as inquiries
from domain import mandate as mandates
from domain import team as teams
from domain.codes import MandateMatter
from domain.errors import NotPermitted
from domain.policy import Act, Information


async def record_mandate(
    work: Work, *, register_number: str, decided_on: date, matter: MandateMatter
) -> None:
    """Once. Raises MandateIsRecorded."""
    await work.require(Act.RECORD, Information.MANDATE)
    decision: dict[str, Any] = {
        "register_number": register_number,
        "decided_on": decided_on,
        "matter": matter,
    }
    mandate = mandates.mandate_of(**decision)
    is_recorded = await work.exists(mandate)
    work.record(mandate, mandates.record_mandate(**decision, is_recorded=is_recorded))


async def start_team(work: Work, mandate_id: UUID) -> None:
    """S10: the team's mandate is the board's decision, and it is for one team.

    Raises MandateIsForSomethingElse, WorkIsStarted.
    """
    await team_use_cases.require_manager(work)
    mandate, team = await work.mandate(mandate_id), work.desk.ids.new()
    is_started = bool(mandates.started_for(mandate, MandateMatter.TEAM))
    started = mandates.start_work(mandate, team, MandateMatter.TEAM, is_started=is_started)
    work.record(mandate_id, started)
    work.record(
        team,
        teams.mandate_team(register_number=mandate.register_number, decided_on=mandate.decided_on),
    )


async def start_inquiry(work: Work, mandate_id: UUID) -> None:
    """On the side of the manager who opens it, once (S50, S51, S76-S78); what another side has
    opened under the decision refuses nothing.

    Raises MandateIsForSomethingElse, WorkIsStarted.
    """
    viewer = await work.require(Act.MANAGE, Information.INQUIRY)
    if viewer.side is None:
        raise NotPermitted
    mandate, inquiry = await work.mandate(mandate_id), work.desk.ids.new()
    matter = inquiries.MATTERS[inquiries.KINDS[viewer.side]]
    opened = [await work.inquiry(each) for each in mandates.started_for(mandate, matter)]
    is_started = any(each.compartment is viewer.side for each in opened)
    started = mandates.start_work(mandate, inquiry, matter, is_started=is_started)
    work.record(mandate_id, started)
    work.record(inquiry, inquiries.open_inquiry(mandate_id, viewer.side))
