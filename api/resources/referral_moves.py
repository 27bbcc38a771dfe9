"""Referrals are moved on by a person, with a reason; and taken back by whoever sent them."""

from uuid import UUID

from api.commands import referrals as use_cases
from api.commands.work import Outcome
from api.door import Lead, deciding
from api.door.answers import Done, ReferralId
from api.door.fields import Body, Passage, UnitCode, shown
from api.door.visit import Visit
from api.resources.referrals import Routing, routing
from domain.errors import (
    DeclineIsProposed,
    ReferralIsAnswered,
    ReportStands,
    RoutingIsDecided,
    RuleBindsTheUnit,
    SenderMustAnswer,
    UnitIsAskedAlready,
    UnknownUnit,
)
from domain.labels import Label
from domain.policy import Act, Information
from domain.referral import ReferralRouted, ReferralStatus


class Move(Body):
    """To another unit of the same side, and why."""

    model_config = shown(
        toUnit="childrens-intake", reason="Fyller 18 om en vecka, har BoU-kontakt."
    )

    to_unit: UnitCode
    reason: Passage


class MovedReferral(Done):
    """Where it waits now; the unit that moved it holds it until it is accepted (S69)."""

    referral_id: ReferralId
    routing: Routing


@deciding(
    "overrideRouting",
    Label("Frångå fördelningen", "Override the routing"),
    Label(
        "Enhetschefen skickar aktualiseringen till en annan enhet än reglerna pekar på, med ett"
        " skriftligt skäl. Det räknas (S75), korsar aldrig en sida och går inte där R2 binder.",
        "The unit manager sends the referral to another unit than the rules point to, with a"
        " written reason. It is counted (S75), never crosses a side, and cannot be where R2 binds.",
    ),
    asks=(Act.OVERRIDE, Information.REFERRAL),
    refuses=(
        UnknownUnit,
        ReferralIsAnswered,
        DeclineIsProposed,
        UnitIsAskedAlready,
        RuleBindsTheUnit,
    ),
    leads=(Lead("readReferral", {"referralId": "referralId"}),),
)
async def override(visit: Visit, referral_id: UUID, move: Move) -> MovedReferral:
    how = {"to_unit": move.to_unit, "reason": move.reason}
    return _moved(
        referral_id, await visit.carry_out(use_cases.override_routing, referral_id, **how)
    )


@deciding(
    "forwardReferral",
    Label("Skicka en aktualisering vidare", "Forward a referral"),
    Label(
        "Den enhet som sorterar det som ingen regel avgör (R0), eller som ligger utanför uppdraget"
        " (R12), skickar det vidare.",
        "The unit that sorts what no rule decides (R0), or what is out of scope (R12), sends it"
        " on.",
    ),
    asks=(Act.FORWARD, Information.REFERRAL),
    refuses=(
        UnknownUnit,
        ReferralIsAnswered,
        DeclineIsProposed,
        UnitIsAskedAlready,
        RoutingIsDecided,
    ),
    leads=(Lead("readReferral", {"referralId": "referralId"}),),
)
async def forward(visit: Visit, referral_id: UUID, move: Move) -> MovedReferral:
    how = {"to_unit": move.to_unit, "reason": move.reason}
    return _moved(
        referral_id, await visit.carry_out(use_cases.forward_referral, referral_id, **how)
    )


def _moved(referral_id: UUID, outcome: Outcome) -> MovedReferral:
    _, routed = outcome.the(ReferralRouted)
    return MovedReferral(
        referral_id=referral_id,
        routing=routing(routed),
        position=outcome.position,
        replayed=outcome.replayed,
    )


# --- taken back ------------------------------------------------------------------------------


class Withdrawal(Body):
    reason: Passage


class WithdrawnReferral(Done):
    referral_id: ReferralId
    status: ReferralStatus


@deciding(
    "withdrawReferral",
    Label("Ta tillbaka en aktualisering", "Withdraw a referral"),
    Label(
        "Avsändaren tar tillbaka det som ingen har svarat på. En orosanmälan bedöms ändå.",
        "The sender takes back what nobody has answered. A report of concern is assessed all the"
        " same.",
    ),
    asks=(Act.WITHDRAW, Information.REFERRAL),
    refuses=(ReferralIsAnswered, ReportStands, SenderMustAnswer),
)
async def withdraw(visit: Visit, referral_id: UUID, why: Withdrawal) -> WithdrawnReferral:
    outcome = await visit.carry_out(use_cases.withdraw_referral, referral_id, why.reason)
    return WithdrawnReferral(
        referral_id=referral_id,
        status=ReferralStatus.WITHDRAWN,
        position=outcome.position,
        replayed=outcome.replayed,
    )
