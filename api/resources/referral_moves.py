"""Referrals are moved on by a person, with a reason; and taken back by whoever sent them."""

from uuid import UUID

from api.commands import referrals as use_cases
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding
from api.door.answers import Done, ReferralId
from api.door.fields import Body, Line, Passage, UnitCode, shown
from api.door.visit import Visit
from api.resources.referrals import Routing, routing
from domain.codes import Concern, PersonRole, ReferralKind, Residence
from domain.errors import (
    DeclineIsProposed,
    InvestigationIsDecided,
    NothingIsCorrected,
    ProtectionIsNotAssessed,
    ReferralIsAnswered,
    ReportIsNotAssessed,
    ReportStands,
    RoutingIsDecided,
    RuleBindsTheUnit,
    SenderMustAnswer,
    SideIsAnother,
    UnitIsAskedAlready,
    UnknownUnit,
)
from domain.labels import Label
from domain.policy import Act, Information
from domain.referral import ReferralRouted, ReferralStatus


class Move(Body):
    """To another unit of the same side, and why; what is out of scope (R12) also to advice and
    support, or outside."""

    model_config = shown(
        toUnit="childrens-intake", reason="Fyller 18 om en vecka, har BoU-kontakt."
    )

    to_unit: UnitCode
    reason: Passage


class MovedReferral(Done):
    """Where it waits now; the unit that moved it holds it until it is accepted (S69)."""

    referral_id: ReferralId
    routing: Routing


class ForwardedReferral(Done):
    """`routing`: where it waits now; none of what was referred on, which is closed so (R12)."""

    referral_id: ReferralId
    status: ReferralStatus
    routing: Routing | None


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
        " (R12), skickar det vidare. Det som ligger utanför uppdraget kan också hänvisas till råd"
        " och stöd eller någon utanför förvaltningen: det är svaret, och inget lämnas ut. Ska"
        " uppgifter lämnas ut, öppna ett ärende och gör en hänvisning där.",
        "The unit that sorts what no rule decides (R0), or what is out of scope (R12), sends it"
        " on. What is out of scope can be referred on to advice and support or somebody outside,"
        " too: that is its answer, and nothing is disclosed. To disclose something, open a case and"
        " make an external referral there.",
    ),
    asks=(Act.FORWARD, Information.REFERRAL),
    refuses=(
        UnknownUnit,
        ReferralIsAnswered,
        DeclineIsProposed,
        UnitIsAskedAlready,
        RoutingIsDecided,
        ProtectionIsNotAssessed,
        ReportIsNotAssessed,
        InvestigationIsDecided,
    ),
    leads=(Lead("readReferral", {"referralId": "referralId"}),),
)
async def forward(visit: Visit, referral_id: UUID, move: Move) -> ForwardedReferral:
    how = {"to_unit": move.to_unit, "reason": move.reason}
    outcome = await visit.carry_out(use_cases.forward_referral, referral_id, **how)
    waits = outcome.find(ReferralRouted)
    return ForwardedReferral(
        referral_id=referral_id,
        status=ReferralStatus.WAITING if waits else ReferralStatus.CLOSED,
        routing=routing(waits[1]) if waits else None,
        position=outcome.position,
        replayed=outcome.replayed,
    )


def _moved(referral_id: UUID, outcome: Outcome) -> MovedReferral:
    _, routed = outcome.the(ReferralRouted)
    return MovedReferral(
        referral_id=referral_id,
        routing=routing(routed),
        position=outcome.position,
        replayed=outcome.replayed,
    )


# --- corrected -------------------------------------------------------------------------------


class Correction(Body):
    """What is right, and why it was wrong. What is left out stands as it was told."""

    model_config = shown(
        role="exposed",
        kind="signposting",
        concern="trafficking",
        residence="stays-here",
        sendersReference="5000-K123456-23",
        reason="Förväxlad med ett annat samtal.",
    )

    role: PersonRole | None = None
    """Of the same side: for another one, send a referral (R16)."""
    kind: ReferralKind | None = None
    concern: Concern | None = None
    residence: Residence | None = None
    senders_reference: Line | None = None
    reason: Passage


class CorrectedReferral(Done):
    """`routing`: where it waits now, if the rules point elsewhere."""

    referral_id: ReferralId
    routing: Routing | None


@deciding(
    "correctReferral",
    Label("Rätta det som berättats", "Correct what was told of it"),
    Label(
        "Ingenting ändras eller försvinner: rättelsen säger vad som är rätt och varför. Väntar"
        " aktualiseringen, fördelas den på nytt av reglerna; i ett ärende prövas dess fördelning.",
        "Nothing changes or disappears: the correction says what is right, and why. A referral that"
        " waits is routed anew by the rules; in a case, the case's routing is reviewed.",
    ),
    asks=(Act.RECORD, Information.REFERRAL),
    refuses=(SideIsAnother, NothingIsCorrected),
    status=CREATED,
    leads=(Lead("readReferral", {"referralId": "referralId"}),),
)
async def correct(visit: Visit, referral_id: UUID, new: Correction) -> CorrectedReferral:
    right = use_cases.Right(
        role=new.role,
        kind=new.kind,
        concern=new.concern,
        residence=new.residence,
        senders_reference=new.senders_reference,
    )
    outcome = await visit.carry_out(
        use_cases.correct_particulars, referral_id, right, reason=new.reason
    )
    anew = outcome.find(ReferralRouted)
    return CorrectedReferral(
        referral_id=referral_id,
        routing=routing(anew[1]) if anew else None,
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
