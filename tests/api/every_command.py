"""Every command that a door carries out, and a call of each that makes sense more often than not.

The commands are found from the table of routes, and what they are called with from their own
signatures: a new one joins by itself, or its parameter has no values here and a test says so.
"""

import inspect
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from random import Random
from types import FunctionType, ModuleType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints
from uuid import UUID

from api.app import ROUTES
from api.commands.disposals import Shelf, execute_disposals, of_case
from api.commands.passing_time import TIME, end_engagements, tell_overdue
from api.commands.referrals import ReferralDetails
from api.commands.referrals.corrections import Right
from api.commands.staff import PositionDetails
from api.commands.work import Outcome
from api.door import Door, Kind
from api.runtime.organisation import UPPSALA
from domain.case import Case, CaseStatus
from domain.case.outward import ExternalReferralMade
from domain.catalogue import ENTRIES
from domain.codes import (
    AccessFlag,
    ApplicationKind,
    Compartment,
    Concern,
    ConsentGiver,
    Gender,
    GuardianshipEnd,
    IdentityKind,
    IdentityLevel,
    MandateMatter,
    PersonRole,
    Receiver,
    ReferralKind,
    Residence,
    Source,
    StaffRole,
)
from domain.deadline import DeadlineExtended, DeadlineMet, DeadlineMissed, DeadlineSet
from domain.disclosure import TABLE
from domain.errors import NotFound, NotPermitted, Refusal
from domain.person.identity import Particulars
from domain.policy import sees_compartment, side_of
from domain.referral import ANSWER, Referral, ReferralRouted, ReferralStatus
from domain.review import Review
from domain.staff import PositionEnded, PositionTaken, StaffMember
from projections import retention
from tests.projections.facts import folded
from tests.town import (
    A_BUYER,
    A_CHILD,
    A_RELATIVE,
    AGE_UNKNOWN,
    AN_ADULT,
    SOMEBODY,
    Town,
)

UseCase = Callable[..., Any]

# --- which commands there are ----------------------------------------------------------------


def commands_of(door: Door) -> Sequence[UseCase]:
    """The use cases that a deciding door carries out, by what its handler names."""
    found, handlers = list[UseCase](), [door.handle]
    for handler in handlers:  # grows with what they call in their own room
        assert isinstance(handler, FunctionType)
        named = [handler.__globals__.get(name) for name in handler.__code__.co_names]
        rooms = [it for it in named if isinstance(it, ModuleType)]
        within = [getattr(it, n, None) for it in rooms for n in handler.__code__.co_names]
        found += [it for it in (*named, *within) if callable(it) and _is_use_case(it)]
        handlers += [
            it
            for it in named
            if isinstance(it, FunctionType)
            and it.__module__.startswith("api.resources")
            and it not in handlers
        ]
    return tuple(dict.fromkeys(found))


def _is_use_case(it: object) -> bool:
    return (
        inspect.iscoroutinefunction(it)
        and it.__module__.startswith("api.commands")
        and next(iter(inspect.signature(it).parameters), None) == "work"
        and get_type_hints(it)["return"] is type(None)
    )


def name_of(command: UseCase) -> str:
    return f"{command.__module__.split('.')[2]}.{command.__name__}"


DECIDING: Final = [route.door for route in ROUTES if route.door.kind is Kind.DECIDING]
COMMANDS: Final = {name_of(each): each for door in DECIDING for each in commands_of(door)}

# --- what they are called with ---------------------------------------------------------------

STREAMS: Final = {
    "case_id": "case",
    "file": "case",
    "disposal_id": "disposal",
    "other_id": "case",
    "other_case": "case",
    "into_case": "case",
    "referral_id": "referral",
    "staff_id": "staff",
    "worker_id": "staff",
    "successor_id": "staff",
    "coordinator_id": "staff",
    "activity_id": "activity",
    "inquiry_id": "inquiry",
    "mandate_id": "mandate",
    "operation_id": "operation",
    "review_id": "review",
    "team_id": "team",
}
"""Parameters that name a stream, and of which kind."""
PARTS: Final = {
    "handover_id": "handover",
    "consent_id": "consent",
    "application_id": "filing",
    "intervention_id": "intervention",
    "investigation_id": "investigation",
    "transfer_id": "transfer",
    "link_id": "link",
    "takeover_id": "takeover",
    "consultation_id": "consultation",
    "leave_id": "leave",
    "deadline": "deadline",
    "guardian": "guardian",
    "need": "need",
    "hold": "hold",
}
"""Parameters that name something in the stream that the command is about."""
UNITS: Final = ("nexus", "childrens-intake", "support-line-two", "support-line-three")
OUTSIDE: Final = ("police", "region", "schools", "civil-society-htb", "other")
REVIEWED: Final = ("period", "receipts", "receipt", "readers", "flagged", "left_by")
"""What a review is called with comes from receipts."""
WORDS: Final = {
    "to_unit": UNITS,
    "unit": UNITS,
    "lead_unit": UNITS,
    "party": OUTSIDE,
    "met_by": (*UNITS, *OUTSIDE),
    "document": (UPPSALA.read_text(encoding="utf-8"), "municipality = 3"),
}
NUMBERS: Final = {
    "percentage": (50, 100, 100, 120),
    "reached": (0, 12),
    "schools": (0, 1),
    "kronor": (0, 10**5),
    "size": (1, 1, 3),
    "seed": (0, 1),
    "receipt": (1, 2),  # that nothing was drawn of, as often as not
}
REFERRALS: Final = (
    AN_ADULT,
    AN_ADULT,
    A_CHILD,
    A_CHILD,
    A_BUYER,
    A_RELATIVE,
    SOMEBODY,
    AGE_UNKNOWN,
    replace(A_CHILD, kind=ReferralKind.REPORT_OF_CONCERN),
    replace(A_CHILD, role=PersonRole.RELATIVE),
    replace(AN_ADULT, concern=Concern.UNKNOWN),
    replace(AN_ADULT, kind=ReferralKind.APPLICATION),
)
PREFERRED: Final[dict[type[StrEnum], Sequence[StrEnum]]] = {
    Receiver: [Receiver.REGIONAL_COORDINATORS] * 6 + [Receiver.REGION] * 4,
    ConsentGiver: [ConsentGiver.PERSON] * 3,
    ApplicationKind: [ApplicationKind.REFLECTION_PERIOD] * 3,
    MandateMatter: [MandateMatter.PROPOSAL] * 3,
    GuardianshipEnd: [GuardianshipEnd.COURT_DECISION] * 2,
}
"""What much else rests on."""
COORDINATOR: Final = ("regional-coordinators", StaffRole.REGIONAL_COORDINATOR, Compartment.EXPOSED)
WAITS: Final = (ReferralStatus.WAITING, ReferralStatus.DECLINE_PROPOSED)
_NAMES: Final = {entry.event: entry.name for entry in ENTRIES}


class NothingThere(Exception):
    """What the command is about does not exist yet in this history."""


@dataclass(slots=True)
class History:
    """Commands in any order, in the names of those who might give them."""

    town: Town
    streams: dict[str, list[UUID]] = field(default_factory=dict)  # by kind
    parts: dict[UUID, dict[str, list[UUID]]] = field(default_factory=dict)
    positions: dict[UUID, list[int]] = field(default_factory=dict)
    sent_out: dict[UUID, list[UUID]] = field(default_factory=dict)  # by case
    at_work: dict[UUID, tuple[str, StaffRole, Compartment | None]] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    touched: dict[UUID, None] = field(default_factory=dict)  # since it was looked at last
    read_by: list[UUID] = field(default_factory=list)  # who asked for something, a receipt each

    # --- acting ------------------------------------------------------------------------------

    async def act(self, name: str, random: Random) -> None:
        """Carried out by the first who may; refused, it changes nothing."""
        command = COMMANDS[name]
        try:
            arguments = await self.arguments(command, random)
        except NothingThere:
            name = random.choice(("referrals.receive_referral", "referrals.accept_referral"))
            command = COMMANDS[name]
            try:
                arguments = await self.arguments(command, random)
            except NothingThere:
                return
        actors = await self._actors(arguments, random)
        head = await self.town.log.head()
        for actor in actors:
            self.read_by.append(actor)
            try:
                outcome = await self.town.do(actor, command, **arguments)
            except Refusal as refused:
                assert refused.status < 500, f"{name}: {refused!r}"  # noqa: PT017 - of any refusal
                assert await self.town.log.head() == head, f"{name} was refused and recorded"
                if not isinstance(refused, NotPermitted | NotFound):
                    return
            else:
                self.accepted.add(name)
                self._remember(outcome, arguments.get("case_id"))
                return

    async def let_time_pass(self, random: Random) -> None:
        """Some days, or as long as files are kept, and whatever is overdue then is told."""
        days = random.choice((1, 7, 40) if random.random() < 0.96 else (6 * 366,))
        self.town.clock.set(self.town.desk.clock.now() + timedelta(days=days))
        desk = self.town.desk
        waiting = self._all("case", "referral")
        for stream in random.sample(waiting, k=min(6, len(waiting))):
            for deadline in (*self.parts.get(stream, {}).get("deadline", ()), ANSWER):
                await tell_overdue(desk, stream, deadline)
            await end_engagements(desk, stream)
            self.touched[stream] = None
        if plans := self._all("disposal"):
            gone = await self.town.do(TIME, execute_disposals, plans, await self._shelf())
            self._remember(gone, None)

    def _remember(self, outcome: Outcome, about: UUID | None) -> None:
        first = outcome.position - len(outcome.facts) + 1
        for position, fact in enumerate(outcome.facts, first):
            stream, event = fact.stream, fact.event
            kind = _NAMES[type(event)].split(".")[0]
            known = self.streams.setdefault(kind, [])
            if stream in known:
                known.remove(stream)
            known.append(stream)  # what was spoken of last comes last
            self.touched[stream] = None
            self.positions.setdefault(stream, []).append(position)
            for name in getattr(event, "__dataclass_fields__", ()):
                if isinstance(value := getattr(event, name), UUID):
                    for of in {stream, about or stream}:  # a case's guardian is the person's
                        self.parts.setdefault(of, {}).setdefault(name, []).append(value)
            match event:
                case ExternalReferralMade(referral=referral):
                    self.sent_out.setdefault(stream, []).append(referral)
                case PositionTaken(unit=unit, role=role, side=side):
                    self.at_work[stream] = (unit, role, side)
                case PositionEnded():
                    self.at_work.pop(stream, None)
                case _:
                    pass

    # --- by whom -----------------------------------------------------------------------------

    async def _actors(self, arguments: dict[str, Any], random: Random) -> list[UUID]:
        """Who might: those near what it is about, then one of each kind."""
        near = list[UUID]()
        if case := arguments.get("case_id", arguments.get("file")):
            near = await self._near_case(case)
        elif referral := arguments.get("referral_id"):
            near = await self._near_referral(referral)
        elif isinstance(details := arguments.get("details"), ReferralDetails):
            near = [await self.town.source(details.source)]
        elif review := arguments.get("review_id"):
            near = await self._near_review(review)
        far = [
            await self.town.manager("nexus"),
            *random.sample(await self._administrators(), 2),
            await self._at_work("administration", StaffRole.AUDITOR, None),
            await self.town.police(),
            await self.town.outreach(),
            await self._at_work(*COORDINATOR),
            random.choice(list(self.at_work) or [self.town.administrator]),
        ]
        for those in (near, far):
            if random.random() < 0.3:
                random.shuffle(those)
        return list(dict.fromkeys((*near, *far)))

    async def _near_case(self, stream: UUID) -> list[UUID]:
        case = await self._state(stream, Case)
        if case is None:
            return []
        asked = case.handover.to_unit if case.handover else case.unit
        return [*await self._staff(case.compartment, asked, case.unit), *case.workers]

    def _sent(self) -> Sequence[UUID]:
        return [referral for every in self.sent_out.values() for referral in every]

    async def _near_referral(self, stream: UUID) -> list[UUID]:
        if stream in self._sent():
            outside = [(unit, StaffRole.EXTERNAL_SENDER, None) for unit in OUTSIDE]
            return [await self._at_work(*each) for each in outside]
        referral = await self._state(stream, Referral)
        if referral is None:
            return []
        sender = await self.town.source(referral.source.reveal())
        return [*await self._staff(referral.compartment, referral.unit), sender]

    async def _near_review(self, stream: UUID) -> list[UUID]:
        """Whoever answers for those whom its questions are about."""
        review = await self._state(stream, Review)
        asked = review.questions if review else ()
        sides = [(await self.town.member(one.reader)).side for one in asked]
        return [
            await self._at_work(one.unit, StaffRole.UNIT_MANAGER, side)
            for one, side in zip(asked, sides, strict=True)
            if side and one.unit in UNITS
        ]

    async def _administrators(self) -> list[UUID]:
        """Two: what one of them plans, the other approves."""
        second = await self._at_work("administration", StaffRole.ADMINISTRATOR, None)
        return [self.town.administrator, second]

    async def _staff(self, compartment: Compartment, *first: str) -> list[UUID]:
        """The manager and a worker of every unit that may carry it, of these first."""
        carries = self.town.desk.organisation.carries_cases
        units = [unit for unit in dict.fromkeys((*first, *UNITS)) if carries(unit, compartment)]
        side = side_of(compartment)
        roles = (StaffRole.UNIT_MANAGER, StaffRole.CASE_WORKER)
        return [await self._at_work(unit, role, side) for unit in units for role in roles]

    async def _at_work(self, unit: str, role: StaffRole, side: Compartment | None) -> UUID:
        """Somebody in that position; hired where nobody is."""
        for who, position in self.at_work.items():
            if position == (unit, role, side):
                return who
        who = await self.town.hire(unit, role, side)
        self.at_work[who] = (unit, role, side)
        self.streams.setdefault("staff", []).append(who)
        return who

    # --- with what ---------------------------------------------------------------------------

    async def arguments(self, command: UseCase, random: Random) -> dict[str, Any]:
        """By the names and types of its parameters. Raises NothingThere."""
        told: dict[str, Any] = {}
        hints = get_type_hints(command)
        for name in inspect.signature(command).parameters:
            if name != "work":
                told[name] = await self._value(command, name, hints[name], told, random)
        return told

    async def _value(  # noqa: C901, PLR0911 - a value for each kind of parameter
        self, command: UseCase, name: str, hint: Any, told: dict[str, Any], random: Random
    ) -> Any:
        if isinstance(hint, UnionType):
            inner = [each for each in get_args(hint) if each is not type(None)]
            wanted = {"party": 0.7, "guardian": 0.3}.get(name, 0.5)
            if random.random() > wanted or (name in PARTS and not self._parts(name, told)):
                return None
            return await self._value(command, name, inner[0], told, random)
        if command.__module__ == "api.commands.reviews" and name in REVIEWED:
            return await self._reviewed(name, told, random)
        if hint is Shelf:
            return await self._shelf()
        if name == "files" and "case_id" not in told:  # to be disposed of
            shelf = await self._shelf()
            ended = [line.stream for line in shelf.lines if not (line.in_use or line.case)]
            return [_one_of(ended or self._all("case", "referral"), random)]
        if name == "files":
            case = await self._state(told["case_id"], Case)
            return [told["case_id"], *(case.referrals if case else ())]
        if name in ("party", "ground") and "receiver" in told:
            return random.choice(self._carrying(name, told["receiver"]) or OUTSIDE)
        if get_origin(hint) is Callable:  # how a file that may be of two kinds is come to
            return of_case
        if name == "as_of":
            return await self.town.log.head()
        if name == "position":
            return random.choice(self.positions[told["case_id"]])
        if hint is UUID:
            return await self._id(command, name, told, random)
        if get_origin(hint) in (tuple, Sequence, Collection):
            return await self._several(command, name, get_args(hint)[0], told, random)
        return self._plain(name, hint, random)

    async def _reviewed(  # noqa: PLR0911 - the same
        self, name: str, told: dict[str, Any], random: Random
    ) -> Any:
        """What a review looks at: who asked for something in this history left a receipt each."""
        today = self.town.desk.clock.now().date()
        readers = dict(enumerate(self.read_by[-6:], 1))
        if name == "period":
            return today - timedelta(days=30), today
        if name == "readers":
            return readers
        if name == "flagged":
            return {one: (AccessFlag.MANY_CASES,) for one in readers if random.random() < 0.1}
        if name == "left_by":
            near = [who for who, (unit, _, side) in self.at_work.items() if side and unit in UNITS]
            reader = random.choice(near or [self.town.administrator])
            unit = (await self.town.member(reader)).unit
            return (reader, unit) if random.random() < 0.9 else None
        if "review_id" not in told:
            return len(self.read_by)
        review = await self._state(told["review_id"], Review)
        drawn = sorted(review.drawn) if review else []
        if name == "receipt":
            asked = [one.receipt for one in review.questions] if review else []
            return random.choice([*drawn, *asked * 3, 0])
        return tuple(drawn) if random.random() < 0.7 else (*drawn[:1], 0)

    async def _shelf(self) -> Shelf:
        """Every file and every record, as the views would tell of them."""
        facts = await self.town.log.read(0, 10**6)
        rows = folded(retention.PROJECTION, facts)
        every = await self.town.log.streams([row.stream for row in rows.values()])
        files = [(row, every[row.stream].state) for row in rows.values()]
        lines = [
            retention.Line(
                stream=row.stream,
                kind="case" if isinstance(state, Case) else "referral",
                person=state.person,
                case=row.case,
                in_use=row.in_use,
                last_note=row.last_note,
                version=row.version,
            )
            for row, state in files
            if isinstance(state, Case | Referral) and not state.retention.disposed
        ]
        return Shelf(records=self._all("person"), lines=lines, as_of=await self.town.log.head())

    def _carrying(self, name: str, receiver: Receiver) -> list[Any]:
        if name == "ground":
            return [ground for ground, basis in TABLE.items() if receiver in basis.receivers]
        units = self.town.desk.organisation.units
        return [unit.code for unit in units if receiver in unit.receives_as]

    async def _id(self, command: UseCase, name: str, told: dict[str, Any], random: Random) -> UUID:
        if command.__module__ == "api.commands.outward" and name == "referral_id":
            of_case = self.sent_out.get(told["case_id"], []) if "case_id" in told else None
            return _one_of([*self._sent()] if of_case is None else of_case, random)
        if name == "coordinator_id" and random.random() < 0.9:
            return await self._at_work(*COORDINATOR)
        if name == "worker_id" and "case_id" in told and random.random() < 0.8:
            case = await self._state(told["case_id"], Case)
            side = side_of(case.compartment)
            return await self._at_work(case.unit, StaffRole.CASE_WORKER, side)
        if name in STREAMS:
            return _one_of(self._fitting(command, name, told), random)
        return _one_of(self._parts(name, told), random)

    def _fitting(self, command: UseCase, name: str, told: dict[str, Any]) -> Sequence[UUID]:
        """The latest streams in which there is what the command needs."""
        known = [it for it in self.streams.get(STREAMS[name], []) if it not in told.values()]
        hints = get_type_hints(command)
        needed = [PARTS[it] for it, hint in hints.items() if it in PARTS and hint is UUID]
        if told:
            return known[-8:]
        return [one for one in known if all(self.parts.get(one, {}).get(it) for it in needed)][-5:]

    def _parts(self, name: str, told: dict[str, Any]) -> Sequence[UUID]:
        subject = next((value for value in told.values() if isinstance(value, UUID)), None)
        if subject is None:
            raise LookupError(f"{name} is part of nothing that is named before it")
        return self.parts.get(subject, {}).get(PARTS[name], [])[-2:]

    async def _several(
        self, command: UseCase, name: str, hint: Any, told: dict[str, Any], random: Random
    ) -> Sequence[Any]:
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            if random.random() < 0.5:
                return tuple(hint)
            return tuple(random.sample(list(hint), random.randint(1, len(hint))))
        if hint is str:
            return tuple(random.sample(OUTSIDE, random.randint(0, 2)))
        if hint is UUID:
            worker = await self._state(told["worker_id"], StaffMember)
            return tuple(worker.cases) if worker else ()
        return [
            await self._value(command, name, hint, told, random)
            for _ in range(random.randint(1, 3))
        ]

    def _plain(  # noqa: C901, PLR0911 - the same
        self, name: str, hint: Any, random: Random
    ) -> Any:
        now = self.town.desk.clock.now()
        if hint is ReferralDetails:
            return self._referral(random)
        if hint is PositionDetails:
            return self._position(random)
        if hint is Particulars:
            return _particulars(random)
        if hint is Right:
            return _right(random)
        if issubclass(hint, StrEnum):
            return random.choice((*PREFERRED.get(hint, ()), *hint))
        if hint is bool:
            return random.random() < 0.6
        if hint is datetime:
            return now + timedelta(days=random.choice((1, 20, 60, -1)))
        if hint is date:
            later = (0, 3, 100, 300) if "until" in name else (0, 0, 0, -3, 3)
            return now.date() + timedelta(days=random.choice(later))
        if hint is int:
            return random.choice(NUMBERS[name])
        if hint is str:
            return random.choice(WORDS.get(name, ("SCN-2022-00355", "...")))
        raise LookupError(f"no values are known for {name}: {hint}")

    def _referral(self, random: Random) -> ReferralDetails:
        details = random.choice(REFERRALS)
        source = random.choice((details.source, random.choice(list(Source))))
        unknown = random.random() < 0.6
        return replace(
            details,
            source=source,
            number=None if unknown else details.number,
            acute=random.random() < 0.2,
        )

    def _position(self, random: Random) -> PositionDetails:
        return PositionDetails(
            name="Ylva Stenträda",
            unit=random.choice(UNITS),
            role=random.choice((StaffRole.CASE_WORKER, StaffRole.CASE_WORKER, *StaffRole)),
            side=random.choice((*Compartment, None)),
            since=self.town.desk.clock.now().date(),
            qualified_for_children=random.random() < 0.8,
        )

    # --- what must hold ----------------------------------------------------------------------

    async def look(self) -> None:
        """At every stream that something was recorded in since the last look."""
        for stream in [*self.touched]:
            state = (await self.town.log.streams([stream]))[stream].state
            match state:
                case Referral():
                    self._held(state)
                case Case():
                    await self._carried(state)
                case _:
                    pass
            _no_clock_is_both([fact.event for fact in await self.town.facts(stream)])
        self.touched.clear()

    def _held(self, referral: Referral) -> None:
        """What waits has one holder (S69)."""
        if referral.status in WAITS:
            assert self.town.desk.organisation.has_unit(referral.holder)

    async def _carried(self, case: Case) -> None:
        """An open case has one responsible unit, and nobody of another side comes near it."""
        if case.status is CaseStatus.OPEN:
            carries = self.town.desk.organisation.carries_cases
            assert carries(case.unit, case.compartment), f"{case.unit} carries no such case"
        for who in (*case.workers, *(one.coordinator for one in case.engagements)):
            member = await self.town.member(who)
            assert sees_compartment(member.side, case.compartment), "on both sides"

    async def holders(self) -> dict[UUID, str]:
        """Who holds each referral that waits, and is responsible for each open case."""
        held = dict[UUID, str]()
        for stream in self._all("referral", "case"):
            match (await self.town.log.streams([stream]))[stream].state:
                case Referral(status=status, holder=holder) if status in WAITS:
                    held[stream] = holder
                case Case(status=CaseStatus.OPEN, unit=unit):
                    held[stream] = unit
                case _:
                    pass
        return held

    async def _state(self, stream: UUID, kind: type[Any]) -> Any:
        state = (await self.town.log.streams([stream]))[stream].state
        return state if isinstance(state, kind) else None

    def _all(self, *kinds: str) -> list[UUID]:
        return [stream for kind in kinds for stream in self.streams.get(kind, [])]


def _no_clock_is_both(events: Iterator[object] | Sequence[object]) -> None:
    """What was met in time is not missed, nor the reverse."""
    met, missed = set[UUID](), set[UUID]()
    for event in events:
        match event:
            case DeadlineSet(deadline=one) | DeadlineExtended(deadline=one):
                met.discard(one)
                missed.discard(one)
            case ReferralRouted():  # its answer is awaited anew
                missed.discard(ANSWER)
            case DeadlineMet(deadline=one):
                met.add(one)
            case DeadlineMissed(deadline=one):
                missed.add(one)
            case _:
                pass
        assert not met & missed


def _one_of(known: Sequence[UUID], random: Random) -> UUID:
    if not known:
        raise NothingThere
    return random.choice(known)


def _right(random: Random) -> Right:
    def perhaps(codes: type[StrEnum]) -> Any:
        return random.choice(list(codes)) if random.random() < 0.4 else None

    return Right(
        role=perhaps(PersonRole),
        kind=perhaps(ReferralKind),
        concern=perhaps(Concern),
        residence=perhaps(Residence),
        senders_reference=random.choice((None, "K-1")),
    )


def _particulars(random: Random) -> Particulars:
    number = random.choice((None, "199003629811", "199003029817", "200703029819"))
    kinds = {"199003629811": IdentityKind.COORDINATION_NUMBER, None: IdentityKind.NONE}
    return Particulars(
        level=random.choice(list(IdentityLevel)),
        name="Runa Dimvaka",
        number=number,
        kind=kinds.get(number, IdentityKind.PERSONAL_NUMBER),
        gender=Gender.WOMAN,
        basis="...",
    )
