"""What may become of a referral instead of an answer: its sender takes it back, who sorts it sends
it on (R0, R12), or a unit manager sets the rule aside (S75)."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.commands import referrals
from api.demo import texts
from api.demo.crew import Member
from api.demo.intakes import Intake
from api.demo.stage import Stage
from domain.codes import AgeKnowledge, Compartment, StaffRole
from domain.referral import Referral
from domain.routing import Route, Rule

_TAKEN_BACK: Final = 0.06  # of what somebody outside told of a grown-up (c)
_SENT_ON: Final = 0.5  # of what no rule decides (c)
_REFERRED_ON: Final = 0.5  # of what is out of scope, and needs no case before (c)
_HELPS_ON: Final = "other-advice-and-support"  # S14
_OVERRIDDEN: Final = 0.1  # of what no rule binds (c)


@dataclass(slots=True, kw_only=True, eq=False)
class ReferralStory:
    stage: Stage
    intake: Intake
    id: UUID
    unit: str
    compartment: Compartment
    declines_refused: bool = False
    reports: int = 0  # as often as it was assessed anew, for another age
    narrowed: bool = False  # the person's identity is protected
    sender: Member | None = None  # who may take it back
    moved: bool = False  # to another unit than the rules point to, or asked whether it should be


async def taken_back(stage: Stage, story: ReferralStory, sender: Member) -> bool:
    """What is assessed as a report stands."""
    state = await stage.state(story.id, Referral)
    outside = sender.position.role is StaffRole.EXTERNAL_SENDER
    grown_up = story.intake.age in (AgeKnowledge.ADULT, AgeKnowledge.YOUNG_ADULT)
    if not (outside and grown_up):
        return False
    if state.deadlines[1:]:  # more than its answer waits
        return False
    if not stage.comes_round("taken back", _TAKEN_BACK):
        return False
    await stage.do(sender, referrals.withdraw_referral, story.id, texts.TAKEN_BACK)
    return True


async def moved_on(stage: Stage, story: ReferralStory, way: Route) -> bool:
    """To the other unit that meets the exposed, once at most; it is answered there. What is out of
    scope is referred on, and answered by that (R12)."""
    targets = stage.desk.organisation.targets
    if story.moved or story.compartment is not Compartment.EXPOSED or story.narrowed:
        return False
    if story.intake.turns_18_on:  # a case is to see it
        return False
    story.moved = True
    if way.binds or way.unit != story.unit:
        return False
    there = targets.adult_entry if story.unit == targets.child_entry else targets.child_entry
    move, share = referrals.override_routing, _OVERRIDDEN
    if way.out_of_scope:
        return await _referred_on(stage, story)
    if way.deciding is Rule.R0:
        move, share = referrals.forward_referral, _SENT_ON
    if not stage.comes_round(move.__name__, share):
        return False
    manager = stage.crew.manager(story.unit, story.compartment)
    await stage.do(manager, move, story.id, to_unit=there, reason=texts.MOVED)
    story.unit = there
    return True


async def _referred_on(stage: Stage, story: ReferralStory) -> bool:
    if (await stage.state(story.id, Referral)).deadlines[1:]:  # it is assessed first
        return False
    if not stage.comes_round("referred on", _REFERRED_ON):
        return False
    manager = stage.crew.manager(story.unit, story.compartment)
    why = texts.REFERRED_ON
    await stage.do(manager, referrals.forward_referral, story.id, to_unit=_HELPS_ON, reason=why)
    return True
