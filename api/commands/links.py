"""Cases are linked, children in the family reported (R10), entries corrected."""

from uuid import UUID

from api.commands.case_files import documented, file_of
from api.commands.referrals import ReferralDetails, age_told, received
from api.commands.transfers import wait_on
from api.commands.work import Work, found
from domain import case as cases
from domain.case import correction, link
from domain.case.intervention import ApplicationMade
from domain.case.outward import ExternalReferralMade
from domain.case.transfer import InspectorateDecided, TransferAnswered
from domain.codes import AgeKnowledge, LinkKind, PersonRole
from domain.deadline import drop_deadline
from domain.errors import CasesCannotBeLinked, EntryCannotBeCorrected, NotAChild, NotFound
from domain.policy import Act, Information


async def link_cases(work: Work, case_id: UUID, other_id: UUID, kind: LinkKind) -> None:
    """Both cases record it. The other must be one that the actor may see; across a compartment
    there is nothing to link to (S77)."""
    case = await documented(work, case_id)
    other = await work.case(other_id)
    await work.require(Act.READ, Information.LINE, file_of(other_id, other))
    new = work.desk.ids.new
    try:
        linked = link.link_case(case, case_id, other, other_id, new(), kind)
        work.record(case_id, linked)
        work.record(other_id, link.link_case(other, other_id, case, case_id, new(), kind))
    except CasesCannotBeLinked as refusal:
        if case_id == other_id:
            raise
        raise NotFound from refusal


async def remove_link(work: Work, case_id: UUID, link_id: UUID) -> None:
    """On both sides, by somebody who may see both."""
    case = await documented(work, case_id)
    other_id, removed = link.remove_link(case, link_id)
    other = await work.case(other_id)
    await work.require(Act.READ, Information.LINE, file_of(other_id, other))
    work.record(case_id, removed)
    work.record(other_id, link.remove_link_to(other, case_id))


async def report_child(work: Work, case_id: UUID, details: ReferralDetails) -> None:
    """R10: a child in a family where somebody is exposed is a referral of its own, to the
    children's entry point, whose file lies apart; the case keeps which it was. Of unknown age it is
    presumed a child (R3)."""
    case = await documented(work, case_id)
    age = age_told(details, work.today)
    may_be_a_child = age in (AgeKnowledge.MINOR, AgeKnowledge.UNKNOWN)
    if details.role is not PersonRole.RELATIVE or not may_be_a_child:
        raise NotAChild
    referral = await received(work, details)
    work.record(case_id, link.report_child(case, referral))


async def correct_entry(work: Work, case_id: UUID, position: int, *, reason: str) -> None:
    """The entry at a position of the log, which must be this case's."""
    case = await documented(work, case_id)
    for fact in await work.desk.log.opened_span(position, position):
        if fact.stream == case_id:
            event = fact.event
            corrected = correction.correct_entry(case, fact.version, event, reason=reason)
            work.record(case_id, corrected)
            match event:  # and what runs under its number
                case ApplicationMade(filing=item) | ExternalReferralMade(referral=item):
                    work.record(case_id, drop_deadline(case.deadlines, item, work.now))
                case TransferAnswered() | InspectorateDecided():  # it waits again, since then
                    await wait_on(work, case_id, found(cases.evolve(case, corrected[0])))
            return
    raise EntryCannotBeCorrected
