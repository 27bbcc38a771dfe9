"""What may become of a referral instead of an answer: its sender takes it back, who sorts it sends
it on (R0, R12), or a unit manager sets the rule aside (S75). Each has a chance of its own."""

from random import Random
from typing import TYPE_CHECKING, Final
from uuid import UUID

from api.commands import referrals
from api.demo import texts
from api.demo.crew import Member
from api.demo.shares import happens
from api.demo.stage import Stage
from domain.codes import AgeKnowledge, Compartment, StaffRole
from domain.referral import Referral
from domain.routing import Route, Rule

if TYPE_CHECKING:
    from api.demo.referral_stories import ReferralStory

_TAKEN_BACK: Final = 0.22  # of what somebody outside told of a grown-up
_SENT_ON: Final = 0.85  # of what no rule decides, or is out of scope
_OVERRIDDEN: Final = 0.1  # of what no rule binds


async def taken_back(stage: Stage, story: "ReferralStory", sender: Member) -> bool:
    """What is assessed as a report stands."""
    state = await _state(stage, story.id)
    outside = sender.position.role is StaffRole.EXTERNAL_SENDER
    grown_up = story.intake.age in (AgeKnowledge.ADULT, AgeKnowledge.YOUNG_ADULT)
    if not (outside and grown_up and happens(_chance(story, "back"), _TAKEN_BACK)):
        return False
    if state.deadlines[1:]:  # more than its answer waits
        return False
    await stage.do(sender, referrals.withdraw_referral, story.id, texts.TAKEN_BACK)
    return True


async def moved_on(stage: Stage, story: "ReferralStory", way: Route) -> bool:
    """To the other unit that meets the exposed, once at most; it is answered there."""
    rng, targets = _chance(story, "on"), stage.desk.organisation.targets
    if story.moved or story.compartment is not Compartment.EXPOSED or story.narrowed:
        return False
    story.moved = True
    move, share = referrals.override_routing, _OVERRIDDEN
    if way.deciding in (Rule.R0, Rule.R12):
        move, share = referrals.forward_referral, _SENT_ON
    if way.binds or way.unit != story.unit or not happens(rng, share):
        return False
    there = targets.adult_entry if story.unit == targets.child_entry else targets.child_entry
    manager = stage.crew.manager(story.unit, story.compartment)
    await stage.do(manager, move, story.id, to_unit=there, reason=texts.MOVED)
    story.unit = there
    return True


async def _state(stage: Stage, referral: UUID) -> Referral:
    state = (await stage.desk.log.streams([referral]))[referral].state
    if not isinstance(state, Referral):
        raise TypeError(state)
    return state


def _chance(story: "ReferralStory", what: str) -> Random:
    return Random(f"{what} of {story.id}")  # noqa: S311 - meant to be foreseeable
