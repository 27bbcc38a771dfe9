"""Somebody is always responsible (S69), whatever commands come in whatever order.

A random history over the real use cases: what is refused changes nothing, and after every command
a referral that waits has a holder and an open case exactly one unit; the view says the same.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, Final
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from api.commands import cases, persons, referrals
from domain.case import Case, CaseOpened, CaseStatus, HandoverOffered
from domain.codes import (
    AgeKnowledge,
    CaseOutcome,
    Compartment,
    Concern,
    DeclineReason,
    HandoverDeclineReason,
    ReferralKind,
)
from domain.errors import Refusal
from domain.policy import side_of
from domain.referral import Referral, ReferralReceived, ReferralStatus
from projections import responsibility
from tests.projections.facts import folded
from tests.town import (
    A_BUYER,
    A_CHILD,
    A_RELATIVE,
    AGE_UNKNOWN,
    AN_ADULT,
    SOMEBODY,
    Town,
    new_town,
)

SENT = [
    AN_ADULT,
    A_CHILD,
    A_BUYER,
    A_RELATIVE,
    SOMEBODY,
    AGE_UNKNOWN,
    replace(AN_ADULT, concern=Concern.UNKNOWN),
    replace(A_CHILD, kind=ReferralKind.SIGNPOSTING),
]
UNITS = ["nexus", "childrens-intake", "support-line-two", "support-line-three"]
SIDES = {"support-line-two": Compartment.PERPETRATOR, "support-line-three": Compartment.RELATIVE}
WAITS = (ReferralStatus.WAITING, ReferralStatus.DECLINE_PROPOSED)

ACTS: Final = 60


class History:
    """What managers, an outreach worker and the police do, in any order."""

    def __init__(self, town: Town, random: Random) -> None:
        self.town = town
        self.random = random
        self.referrals: list[UUID] = []
        self.cases: list[UUID] = []
        self.handovers: list[tuple[UUID, UUID]] = []

    async def act(self) -> None:
        acts = [
            *[self.send] * 3,
            *[self.answer_referral] * 4,
            *[self.move] * 2,
            self.withdraw,
            *[self.offer] * 3,
            *[self.answer_offer] * 3,
            *[self.close_or_reopen] * 2,
            *[self.merge_or_take_apart] * 2,
        ]
        await self.random.choice(acts)()

    async def tried(
        self, actor: UUID, use_case: Callable[..., Any], *args: Any, **how: Any
    ) -> None:
        """Done, or refused and nothing recorded."""
        head = await self.town.log.head()
        try:
            outcome = await self.town.do(actor, use_case, *args, **how)
        except Refusal:
            assert await self.town.log.head() == head
            return
        for fact in outcome.facts:
            match fact.event:
                case ReferralReceived():
                    self.referrals.append(fact.stream)
                case CaseOpened():
                    self.cases.append(fact.stream)
                case HandoverOffered(handover=handover):
                    self.handovers.append((fact.stream, handover))
                case _:
                    pass

    async def manager(self, unit: str, compartment: Compartment) -> UUID:
        return await self.town.manager(unit, SIDES.get(unit, side_of(compartment)))

    async def sender(self) -> UUID:
        outreach = self.random.random() < 0.5
        return await (self.town.outreach() if outreach else self.town.police())

    async def a_referral(self) -> tuple[UUID, Referral]:
        if not self.referrals:
            await self.send()
        stream = self.random.choice(self.referrals[-8:])
        return stream, await self.town.referral(stream)

    async def a_case(self) -> tuple[UUID, Case] | None:
        if not self.cases:
            return None
        stream = self.random.choice(self.cases[-6:])
        return stream, await self.town.case(stream)

    # --- what may happen ---------------------------------------------------------------------

    async def send(self) -> None:
        details = self.random.choice(SENT)
        if self.random.random() < 0.5:
            details = replace(details, number=None)
        await self.tried(await self.sender(), referrals.receive_referral, details)

    async def answer_referral(self) -> None:
        stream, waits = await self.a_referral()
        who = await self.manager(waits.unit, waits.compartment)
        if self.random.random() < 0.7:
            await self.tried(who, referrals.accept_referral, stream)
        else:
            why = {
                "reason": self.random.choice(list(DeclineReason)),
                "age": self.random.choice([None, *AgeKnowledge]),
                "explanation": "...",
            }
            await self.tried(who, referrals.decline_referral, stream, **why)

    async def move(self) -> None:
        stream, waits = await self.a_referral()
        who = await self.manager(waits.unit, waits.compartment)
        how = {"to_unit": self.random.choice(UNITS), "reason": "..."}
        for act in (referrals.forward_referral, referrals.override_routing):
            await self.tried(who, act, stream, **how)

    async def withdraw(self) -> None:
        stream, _ = await self.a_referral()
        await self.tried(await self.sender(), referrals.withdraw_referral, stream, "...")

    async def offer(self) -> None:
        if found := await self.a_case():
            stream, case = found
            who = await self.manager(case.unit, case.compartment)
            to_unit = self.random.choice(UNITS)
            await self.tried(who, cases.offer_handover, stream, to_unit=to_unit, reason="...")

    async def answer_offer(self) -> None:
        if not self.handovers:
            return
        stream, handover = self.random.choice(self.handovers[-4:])
        case = await self.town.case(stream)
        if case.handover is None:
            return
        who = await self.manager(case.handover.to_unit, case.compartment)
        if self.random.random() < 0.6:
            await self.tried(who, cases.accept_handover, stream, handover)
        else:
            why = {"reason": HandoverDeclineReason.WRONG_AGE, "explanation": "..."}
            await self.tried(who, cases.decline_handover, stream, handover, **why)

    async def close_or_reopen(self) -> None:
        if found := await self.a_case():
            stream, case = found
            who = await self.manager(case.unit, case.compartment)
            if case.status is CaseStatus.OPEN:
                await self.tried(who, cases.close_case, stream, CaseOutcome.NEEDS_MET)
            else:
                await self.tried(who, cases.reopen_case, stream, "...")

    async def merge_or_take_apart(self) -> None:
        one, other = await self.a_case(), await self.a_case()
        if one and other:
            who = await self.manager(one[1].unit, one[1].compartment)
            if self.random.random() < 0.7:
                await self.tried(who, persons.merge, one[0], other[0], "...")
            else:
                await self.tried(who, persons.unmerge, one[0], "...")

    # --- what must hold ----------------------------------------------------------------------

    async def somebody_is_responsible(self) -> None:
        held: dict[UUID, str] = {}
        for stream in self.referrals:
            waits = await self.town.referral(stream)
            if waits.status in WAITS:
                held[stream] = waits.holder
        for stream in self.cases:
            case = await self.town.case(stream)
            if case.status is CaseStatus.OPEN:
                held[stream] = case.unit
        assert all(self.town.desk.organisation.has_unit(unit) for unit in held.values())
        rows = folded(responsibility.PROJECTION, await self.town.log.read(0, 10**6))
        assert {row.file: row.holder for row in rows.values() if not row.ended} == held

    async def nobody_has_two_open_cases(self) -> None:
        """One open case per person and side, also where records were merged."""
        standing: list[UUID] = []
        for stream in self.cases:
            case = await self.town.case(stream)
            if case.status is CaseStatus.OPEN:
                person = await self.town.person(case.person)
                while (into := person.identity.merged_into) is not None:
                    person = await self.town.person(into)
                assert person.open_case == stream
                standing.append(person.id)
        assert len(standing) == len(set(standing))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_somebody_is_always_responsible(seed: int) -> None:
    """After every command of a random history somebody holds what waits and is responsible for
    what is open, and nobody has two open cases on a side."""

    async def told() -> None:
        history = History(await new_town(), Random(seed))  # noqa: S311 - to be told again
        for _ in range(ACTS):
            await history.act()
            await history.somebody_is_responsible()
            await history.nobody_has_two_open_cases()

    asyncio.run(told())
