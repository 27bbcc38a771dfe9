"""Cases are linked, children in the family reported (R10), and entries corrected."""

from collections.abc import Sequence
from uuid import UUID

from api.commands import links as use_cases
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding
from api.door.answers import CaseId, Done, LinkId, Position
from api.door.fields import Body, Id, LogPosition, Passage
from api.door.visit import Visit
from api.resources.referrals import NewReferral, ReceivedReferral, routing
from domain.case.link import CaseLinked
from domain.codes import LinkKind
from domain.errors import (
    AgesContradict,
    AssessorIsNotNamed,
    BornInTheFuture,
    BornTooLongAgo,
    CaseIsClosed,
    CaseIsLinked,
    CaseIsNotLinked,
    CasesCannotBeLinked,
    EntryCannotBeCorrected,
    EntryIsCorrected,
    KeyIsErased,
    NotAChild,
    ReceivedInTheFuture,
    ReceivedTooLongAgo,
)
from domain.labels import Label
from domain.policy import Act, Information
from domain.referral import ReferralReceived, ReferralRouted

_DOCUMENTS = (Act.RECORD, Information.CIRCUMSTANCES)

# --- links -----------------------------------------------------------------------------------


class NewLink(Body):
    other_case_id: Id
    """One that you may see, too, and of the same compartment."""
    kind: LinkKind

    def files(self) -> Sequence[UUID]:
        return (self.other_case_id,)


class CaseLink(Done):
    case_id: CaseId
    link_id: LinkId


@deciding(
    "linkCases",
    Label("Länka två ärenden", "Link two cases"),
    Label(
        "Båda ärendena får länken. Aldrig mellan spår, och bara till ett ärende som du får se.",
        "Both cases get the link. Never between tracks, and only to a case that you may see.",
    ),
    asks=_DOCUMENTS,
    refuses=(CaseIsClosed, CasesCannotBeLinked, CaseIsLinked),
    status=CREATED,
    leads=(Lead("removeLink", {"caseId": "caseId", "linkId": "linkId"}),),
)
async def link(visit: Visit, case_id: UUID, new: NewLink) -> CaseLink:
    outcome = await visit.carry_out(use_cases.link_cases, case_id, new.other_case_id, new.kind)
    return _link(case_id, _of(case_id, outcome).link, outcome)


@deciding(
    "removeLink",
    Label("Ta bort en länk", "Remove a link"),
    Label("I båda ärendena.", "In both cases."),
    asks=_DOCUMENTS,
    refuses=(CaseIsNotLinked,),
)
async def remove(visit: Visit, case_id: UUID, link_id: UUID) -> CaseLink:
    outcome = await visit.carry_out(use_cases.remove_link, case_id, link_id)
    return _link(case_id, link_id, outcome)


def _of(case_id: UUID, outcome: Outcome) -> CaseLinked:
    """This side of the link."""
    for fact in outcome.facts:
        if fact.stream == case_id and isinstance(fact.event, CaseLinked):
            return fact.event
    raise KeyIsErased


def _link(case_id: UUID, link_id: UUID, outcome: Outcome) -> CaseLink:
    return CaseLink(
        case_id=case_id, link_id=link_id, position=outcome.position, replayed=outcome.replayed
    )


@deciding(
    "reportChild",
    Label("Anmäl ett barn i familjen", "Report a child in the family"),
    Label(
        "Barnet får en egen aktualisering vid ingången för barn, med egen akt och egen åtkomst"
        " (R10); ärendet minns vilken det var.",
        "The child gets a referral of its own to the children's entry point, with a file and access"
        " of its own (R10); the case keeps which it was.",
    ),
    asks=_DOCUMENTS,
    refuses=(
        CaseIsClosed,
        NotAChild,
        BornInTheFuture,
        BornTooLongAgo,
        ReceivedInTheFuture,
        ReceivedTooLongAgo,
        AssessorIsNotNamed,
        AgesContradict,
    ),
    status=CREATED,
)
async def report_child(visit: Visit, case_id: UUID, child: NewReferral) -> ReceivedReferral:
    outcome = await visit.carry_out(use_cases.report_child, case_id, child.details())
    referral_id, received = outcome.the(ReferralReceived)
    return ReceivedReferral(
        referral_id=referral_id,
        receipt=received.receipt,
        routing=routing(outcome.the(ReferralRouted)[1]),
        position=outcome.position,
        replayed=outcome.replayed,
    )


# --- corrections -----------------------------------------------------------------------------


class NewCorrection(Body):
    """Which entry was a mistake, and why. What should have stood there is recorded anew."""

    entry: LogPosition
    """The position of the entry, as the timeline tells it."""
    reason: Passage


class CorrectedEntry(Done):
    case_id: CaseId
    entry: Position


@deciding(
    "correctEntry",
    Label("Rätta en uppgift", "Correct an entry"),
    Label(
        "Ingenting ändras eller försvinner: en rättelse säger vad som var fel och varför."
        " Översikten visar det rättade läget, förloppet båda.",
        "Nothing changes or disappears: a correction says what was wrong, and why. The overview"
        " shows the corrected state, the timeline both.",
    ),
    asks=_DOCUMENTS,
    refuses=(EntryCannotBeCorrected, EntryIsCorrected, CaseIsClosed),
    status=CREATED,
    leads=(Lead("listTimelineEntries", {"caseId": "caseId"}),),
)
async def correct(visit: Visit, case_id: UUID, new: NewCorrection) -> CorrectedEntry:
    outcome = await visit.carry_out(use_cases.correct_entry, case_id, new.entry, reason=new.reason)
    return CorrectedEntry(
        case_id=case_id,
        entry=new.entry,
        position=outcome.position,
        replayed=outcome.replayed,
    )
