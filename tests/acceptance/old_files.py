"""Files whose time is over: told through the real use cases, in a year that is long past."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from api.commands import cases, outward, referrals
from api.commands.referrals import ReferralDetails
from api.commands.work import Command, Desk, Outcome, Work, carry_out
from api.runtime.clock import SimulatedClock
from domain.codes import CaseOutcome, DisclosureGround, InformationKind, Receiver
from domain.referral import Referral, ReferralAccepted, ReferralReceived
from tests.acceptance.town import Town
from tests.api.test_doors_numbers import number_of
from tests.town import AN_ADULT

P = ParamSpec("P")
LONG_AGO = datetime(2018, 3, 8, 9, 0, tzinfo=UTC)
TO_THE_REGION: Any = {
    "receiver": Receiver.REGION,
    "party": None,
    "ground": DisclosureGround.CARE,
    "going_along": (InformationKind.IDENTITY,),
    "text": "Behöver vård.",
}
BIRTHS = [
    day
    for day in (date(1980, 1, 1) + timedelta(days=n) for n in range(400))
    if day.day not in (5, 15, 25)
]
"""Days of birth that nothing is kept for; with the numbers that the tax agency keeps for tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldFile:
    """A closed case of one referral, and all that was told in it of a person."""

    case: UUID
    referral: UUID
    person: UUID
    born: date
    name: str
    number: str
    account: str
    note: str

    @property
    def texts(self) -> list[str]:
        return [self.name, self.number, self.account, self.note]


@dataclass(slots=True)
class LongAgo:
    """The same desk, when the clock showed another year."""

    town: Town
    desk: Desk

    @classmethod
    def of(cls, town: Town, moment: datetime = LONG_AGO) -> "LongAgo":
        house = town.rooms.house
        return cls(town, town.rooms.desk(SimulatedClock(moment), house.desk.ids))

    async def do(
        self,
        who: str,
        use_case: Callable[Concatenate[Work, P], Awaitable[None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome:
        new = self.desk.ids.new
        actor = self.town[who].staff_id
        command = Command(actor=actor, id=new(), correlation=new(), stale=lambda _: False)
        return await carry_out(self.desk, command, lambda work: use_case(work, *args, **kwargs))

    async def received(self, details: ReferralDetails) -> UUID:
        outcome = await self.do("police officer", referrals.receive_referral, details)
        return outcome.the(ReferralReceived)[0]

    async def file(
        self, serial: int, born: date | None = None, *, handed_out: bool = False, **more: Any
    ) -> OldFile:
        """A file that was opened, noted in and closed again; of another person for each serial."""
        born = born or BIRTHS[serial]
        name, number = f"Runa Dimvaka-{serial:03}", number_of(born)
        account, note = f"Anträffad vid bro {serial:03}.", f"Bor hos väninnan {serial:03}."
        told = {"name": name, "number": number, "born": born, "account": account, **more}
        received = await self.received(replace(AN_ADULT, **told))
        accepted = await self.do("nexus manager", referrals.accept_referral, received)
        case = accepted.the(ReferralAccepted)[1].case
        worker = self.town["nexus worker"].staff_id
        await self.do("nexus manager", cases.assign_case_worker, case, worker)
        await self.do("nexus worker", cases.record_note, case, note)
        if handed_out:
            await self.do("nexus worker", outward.refer_out, case, **TO_THE_REGION)
        await self.do("nexus manager", cases.close_case, case, CaseOutcome.NEEDS_MET)
        known = (await self.desk.log.streams([received], afresh=True))[received].state
        assert isinstance(known, Referral)
        return OldFile(
            case=case,
            referral=received,
            person=known.person,
            born=born,
            name=name,
            number=number,
            account=account,
            note=note,
        )
