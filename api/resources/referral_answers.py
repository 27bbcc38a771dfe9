"""Referrals are answered: accepted, or declined for one of R2's reasons and, where R2 binds, with
the unit manager's confirmation."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from api.commands import referrals as use_cases
from api.commands.work import Outcome
from api.door import Lead, deciding
from api.door.answers import CaseId, Done, ReferralId, Unit
from api.door.fields import Body, Passage
from api.door.visit import Visit
from api.resources.referrals import Routing, routing
from domain.case import CaseJoined
from domain.codes import AgeKnowledge, DeclineReason
from domain.errors import (
    AcuteNeedsAreOurs,
    AgeIsDisputed,
    AgeIsNotEstablished,
    DeclineIsNotProposed,
    DeclineIsProposed,
    ReferralIsAnswered,
    RoutingStaysTheSame,
)
from domain.labels import Label
from domain.policy import Act, Information
from domain.referral import (
    ReferralAccepted,
    ReferralDeclined,
    ReferralDeclineProposed,
    ReferralRouted,
    ReferralStatus,
)


class AcceptedReferral(Done):
    """The unit has taken over."""

    referral_id: ReferralId
    case_id: CaseId
    unit: Unit
    joined: Annotated[
        bool, Meta(description="Whether it joined a case that was open.", examples=[False])
    ]


@deciding(
    "acceptReferral",
    Label("Ta emot en aktualisering", "Accept a referral"),
    Label(
        "Enheten tar över, och i samma händelse går ansvaret över. Ett ärende öppnas, eller"
        " aktualiseringen förs till personens öppna ärende. Av två som tar emot samtidigt får den"
        " ena veta vem som hann före.",
        "The unit takes over, and in that same event responsibility moves. A case opens, or the"
        " referral joins the person's open case. Of two who accept in the same instant, one learns"
        " who was first.",
    ),
    asks=(Act.ANSWER, Information.REFERRAL),
    refuses=(ReferralIsAnswered, DeclineIsProposed),
    leads=(
        Lead("readCase", {"caseId": "caseId"}),
        Lead("assignCaseWorker", {"caseId": "caseId"}),
    ),
)
async def accept(visit: Visit, referral_id: UUID) -> AcceptedReferral:
    outcome = await visit.carry_out(use_cases.accept_referral, referral_id)
    _, accepted = outcome.the(ReferralAccepted)
    return AcceptedReferral(
        referral_id=referral_id,
        case_id=accepted.case,
        unit=accepted.unit,
        joined=outcome.find(CaseJoined) is not None,
        position=outcome.position,
        replayed=outcome.replayed,
    )


class ReferralDecline(Body):
    """Why the unit declines; a duplicate is joined, not declined."""

    reason: DeclineReason
    explanation: Passage
    age: AgeKnowledge | None = None
    """For a wrong age: the age that leads elsewhere."""


class AnsweredReferral(Done):
    """What became of a decline. A wrong age is routed on in the same act: then it waits anew."""

    referral_id: ReferralId
    status: ReferralStatus
    routing: Annotated[Routing | None, Meta(description="Where it went on to, if it did.")]


@deciding(
    "declineReferral",
    Label("Avböj en aktualisering", "Decline a referral"),
    Label(
        "Bara för fel ålder eller när en annan kommun klart är ansvarig (R2). Binder R2 enheten"
        " föreslås avböjandet, och enhetschefen bekräftar det; chefens eget gäller genast.",
        "Only because of wrong age or because another municipality is clearly responsible (R2)."
        " Where R2 binds the unit, the decline is proposed and the unit manager confirms it; the"
        " manager's own stands at once.",
    ),
    asks=(Act.ANSWER, Information.REFERRAL),
    refuses=(
        ReferralIsAnswered,
        DeclineIsProposed,
        AgeIsNotEstablished,
        RoutingStaysTheSame,
        AgeIsDisputed,
        AcuteNeedsAreOurs,
    ),
    leads=(Lead("confirmReferralDecline", {"referralId": "referralId"}),),
)
async def decline(visit: Visit, referral_id: UUID, why: ReferralDecline) -> AnsweredReferral:
    outcome = await visit.carry_out(
        use_cases.decline_referral,
        referral_id,
        reason=why.reason,
        age=why.age,
        explanation=why.explanation,
    )
    return _answered(referral_id, outcome)


@deciding(
    "confirmReferralDecline",
    Label("Bekräfta ett avböjande", "Confirm a decline"),
    Label(
        "Enhetschefen bekräftar (R2); vid fel ålder går aktualiseringen vidare i samma händelse.",
        "The unit manager confirms (R2); with a wrong age the referral is routed on in the same"
        " act.",
    ),
    asks=(Act.CONFIRM, Information.REFERRAL),
    refuses=(ReferralIsAnswered, DeclineIsNotProposed, AgeIsDisputed),
)
async def confirm_decline(visit: Visit, referral_id: UUID) -> AnsweredReferral:
    outcome = await visit.carry_out(use_cases.confirm_decline, referral_id)
    return _answered(referral_id, outcome)


@deciding(
    "refuseReferralDecline",
    Label("Avslå ett avböjande", "Refuse a decline"),
    Label(
        "Enhetschefen bekräftar inte (R2): aktualiseringen väntar på svar som förut.",
        "The unit manager does not confirm (R2): the referral waits for its answer as before.",
    ),
    asks=(Act.CONFIRM, Information.REFERRAL),
    refuses=(ReferralIsAnswered, DeclineIsNotProposed),
)
async def refuse_decline(visit: Visit, referral_id: UUID) -> AnsweredReferral:
    outcome = await visit.carry_out(use_cases.refuse_decline, referral_id)
    return _answered(referral_id, outcome)


def _answered(referral_id: UUID, outcome: Outcome) -> AnsweredReferral:
    routed, status = outcome.find(ReferralRouted), ReferralStatus.WAITING
    if outcome.find(ReferralDeclineProposed):
        status = ReferralStatus.DECLINE_PROPOSED
    elif outcome.find(ReferralDeclined) and not routed:
        status = ReferralStatus.DECLINED
    return AnsweredReferral(
        referral_id=referral_id,
        status=status,
        routing=routing(routed[1]) if routed else None,
        position=outcome.position,
        replayed=outcome.replayed,
    )
