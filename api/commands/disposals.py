"""Disposal as use cases: what keeps a file is stated and lifted; files whose time is over are
planned by one person, approved by another, and disposed of together.

Which files there are, the retention view tells; that it has missed none and knows each as it stands
now, the log does. Birth dates are opened for the judgement: whoever asks has left a receipt first.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar
from uuid import UUID

from api.commands.case_files import require_case
from api.commands.referrals.files import file_for
from api.commands.work import Desk, Work
from api.house import Views
from domain import disposal as disposals
from domain import retention
from domain.case import Case
from domain.case.consent import CoordinatorEngaged
from domain.case.investigation import InvestigationOpened
from domain.case.outward import ExternalReferralAddressed, ExternalReferralMade
from domain.case.transfer import TransferRequested
from domain.codes import DisposalStatus, HoldGround
from domain.disposal import STATISTICS, CoarseFact
from domain.errors import DisposalIsTooLarge, FileIsKept, NotFound, PositionIsNotReached
from domain.organisation import Settings
from domain.person import (
    ParticularsTold,
    Person,
    PersonCaseOpened,
    PersonRegistered,
    born_over,
    forget_person,
)
from domain.policy import Act, Information
from domain.recorded import Stream
from domain.referral import Referral, ReferralReceived
from domain.retention import Choices, Keeping, Verdict, judge
from domain.sealed import Sealed
from projections import access
from projections import retention as retained
from projections.retention import Line

T = TypeVar("T")

_SHELVED: Final = (retained.PROJECTION.name, access.PROJECTION.name)
"""The views that tell which files there are: as far as both of them have come."""
HANDED_OUT: Final = (
    ExternalReferralMade,
    ExternalReferralAddressed,
    TransferRequested,
    CoordinatorEngaged,
)
"""Of these a copy, or what they tell, has left the house. A report to the police and feedback have,
too; but that there was one is told by nothing once the file is gone (c)."""
_MOST_FACTS: Final = 480  # of the files that go in one append

# --- what keeps a file -----------------------------------------------------------------------


Found = Callable[[Work, UUID], Awaitable[Case | Referral]]


async def of_case(work: Work, case_id: UUID) -> Case:
    """For whoever answers for it. Raises NotFound, NotPermitted."""
    return await require_case(work, case_id, Act.RECORD, Information.DISPOSAL)


async def of_referral(work: Work, referral_id: UUID) -> Referral:
    """For whoever answers it, or did. Raises NotFound, NotPermitted."""
    referral = await work.referral(referral_id)
    file = file_for(referral, await work.viewer())
    await work.require(Act.RECORD, Information.DISPOSAL, file)
    return referral


async def hold_file(
    work: Work, file: UUID, found: Found, *, ground: HoldGround, reason: str
) -> None:
    """A person states why it must be kept (SoL 16:1-4)."""
    person = (await found(work, file)).person
    held = retention.hold_file(person, work.desk.ids.new(), ground=ground, reason=reason)
    work.record(file, held)


async def lift_hold(work: Work, file: UUID, found: Found, hold: UUID, *, reason: str) -> None:
    """Raises FileIsNotHeld."""
    held = await found(work, file)
    work.record(file, retention.lift_hold(held.retention, held.person, hold, reason=reason))


# --- how long files are kept -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What the view knows of the files of some persons, as of a position: every one of them."""

    records: Collection[UUID]
    lines: Sequence[Line]
    as_of: int

    @property
    def streams(self) -> list[UUID]:
        return [*self.records, *(line.stream for line in self.lines)]


async def shelf_of(views: Views, files: Collection[UUID]) -> Shelf:
    """With every other file of the same persons. The files are asked for after the position: they
    reflect at least that."""
    as_of = min(map(views.position, _SHELVED))
    records = await views.ask(retained.records_with, files)
    lines = await views.ask(retained.lines_about, records)
    return Shelf(records=records, lines=lines, as_of=as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A file, all that belongs to it, and what becomes of it."""

    file: UUID
    kind: str
    streams: Sequence[UUID]  # the file itself, and the referrals that a case rests on
    records: Sequence[UUID]  # every record of the person
    last_note: date
    verdict: Verdict

    @property
    def facts(self) -> int:
        """How many its disposal records at most: each stream's, and each record's."""
        return len(self.streams) + len(self.records)


async def judge_files(
    desk: Desk, settings: Settings, streams: Mapping[UUID, Stream], shelf: Shelf
) -> Sequence[Judged]:
    """Every file on the shelf, each by the rules (SoL 16:1-4).

    Raises PositionIsNotReached while the view does not know them as they stand now.
    """
    await _nothing_is_missed(desk, streams, shelf)
    together = _together({record: _person(streams, record) for record in shelf.records})
    files = _files(shelf.lines)
    today = desk.calendar.day_of(desk.clock.now())
    judged = []
    for file, lines in files.items():
        records = together[lines[0].person]
        beside = [it for of, it in files.items() if of != file and it[0].person in records]
        keeping = await _keeping(desk, streams, lines, records, beside)
        judged.append(
            Judged(
                file=file,
                kind=lines[0].kind,
                streams=[line.stream for line in lines],
                records=sorted(records),
                last_note=keeping.last_note,
                verdict=judge(keeping, _choices(settings), today),
            )
        )
    return judged


async def _nothing_is_missed(desk: Desk, streams: Mapping[UUID, Stream], shelf: Shelf) -> None:
    """Each file leaves a fact on its person's record: all of them are within what the view
    reflects, and of each file it knows the last fact."""
    if any(streams[line.stream].version != line.version for line in shelf.lines):
        raise PositionIsNotReached
    told = (PersonRegistered, ParticularsTold, PersonCaseOpened)
    for record in shelf.records:
        if any(fact.position > shelf.as_of for fact in await desk.log.facts(record, *told)):
            raise PositionIsNotReached


def _together(people: Mapping[UUID, Person]) -> Mapping[UUID, frozenset[UUID]]:
    """Of each record, all that are the same person's. Raises PositionIsNotReached."""
    groups = {record: {record} for record in people}
    for record, person in people.items():
        into = person.identity.merged_into
        for other in (*person.identity.absorbed, *([into] if into else ())):
            if other not in groups:
                raise PositionIsNotReached
            groups[record] |= groups[other]
            for one in groups[record]:
                groups[one] = groups[record]
    return {record: frozenset(group) for record, group in groups.items()}


def _files(lines: Iterable[Line]) -> dict[UUID, list[Line]]:
    """By file, the file's own line first: a referral belongs to the case that it led to."""
    known = {line.stream for line in lines}
    files: dict[UUID, list[Line]] = {}
    for line in sorted(lines, key=lambda it: (it.case is not None, it.stream)):
        file = line.stream if line.case is None or line.case not in known else line.case
        files.setdefault(file, []).append(line)
    return files


async def _keeping(
    desk: Desk,
    streams: Mapping[UUID, Stream],
    lines: Sequence[Line],
    records: Collection[UUID],
    beside: Iterable[Sequence[Line]],
) -> Keeping:
    """What the rules ask of a file."""
    states = [_state(streams, line.stream) for line in lines]
    people = [_person(streams, record) for record in sorted(records)]
    opened = list[date]()
    for line, state in zip(lines, states, strict=True):
        if isinstance(state, Case) and (state.investigation or state.investigated):
            facts = await desk.log.facts(line.stream, InvestigationOpened)
            opened += [desk.calendar.day_of(fact.occurred_at) for fact in facts]
    return Keeping(
        last_note=_last_note(desk, lines),
        in_use=any(line.in_use for line in lines),
        grounds=frozenset(
            hold.ground.reveal() if hold.ground.is_open else HoldGround.STILL_NEEDED
            for state in states
            for hold in state.retention.holds
        ),
        born=born_over(people),
        investigations=tuple(opened),
        others=tuple(
            None if any(line.in_use for line in other) else _last_note(desk, other)
            for other in beside
        ),
    )


def _last_note(desk: Desk, lines: Iterable[Line]) -> date:
    return desk.calendar.day_of(max(line.last_note for line in lines))


def _choices(settings: Settings) -> Choices:
    return Choices(
        research_days=settings.research_days,
        child_investigations_from=settings.child_investigations_kept_from,
    )


def _state(streams: Mapping[UUID, Stream], file: UUID) -> Case | Referral:
    """Raises PositionIsNotReached when it was disposed of meanwhile."""
    state = streams[file].state
    if not isinstance(state, Case | Referral) or state.retention.disposed:
        raise PositionIsNotReached
    return state


def _person(streams: Mapping[UUID, Stream], record: UUID) -> Person:
    state = streams[record].state
    if not isinstance(state, Person):
        raise PositionIsNotReached
    return state


# --- planned and approved --------------------------------------------------------------------


async def plan_disposal(work: Work, files: Sequence[UUID], shelf: Shelf) -> None:
    """Raises NotFound, FileIsKept, NothingToDispose, DisposalIsTooLarge, PositionIsNotReached."""
    viewer = await work.require(Act.MANAGE, Information.DISPOSAL)
    judged = await _judged(work, files, shelf)
    if any(not one.verdict.is_due for one in judged):
        raise FileIsKept
    if sum(one.facts for one in judged) > _MOST_FACTS:
        raise DisposalIsTooLarge
    latest = min((one.verdict.by for one in judged if one.verdict.by), default=work.today)
    planned = disposals.plan_disposal(files, by=viewer.staff, latest=latest)
    work.record(work.desk.ids.new(), planned)


async def approve_disposal(work: Work, disposal_id: UUID) -> None:
    """By a second person. Raises DisposalIsOnesOwn, DisposalIsDecided."""
    viewer = await work.require(Act.CONFIRM, Information.DISPOSAL)
    disposal = await work.disposal(disposal_id)
    work.record(disposal_id, disposals.approve_disposal(disposal, by=viewer.staff))


async def reject_disposal(work: Work, disposal_id: UUID) -> None:
    """Raises DisposalIsDecided."""
    viewer = await work.require(Act.CONFIRM, Information.DISPOSAL)
    disposal = await work.disposal(disposal_id)
    work.record(disposal_id, disposals.reject_disposal(disposal, by=viewer.staff))


async def _judged(work: Work, files: Iterable[UUID], shelf: Shelf) -> Sequence[Judged]:
    """Raises NotFound."""
    streams = await work.known(*shelf.streams)
    judged = await judge_files(work.desk, work.organisation.settings, streams, shelf)
    every = {one.file: one for one in judged}
    if not every.keys() >= set(files):
        raise NotFound
    return [every[file] for file in files]


# --- executed --------------------------------------------------------------------------------


async def execute_disposals(work: Work, plans: Sequence[UUID], shelf: Shelf) -> None:
    """What was approved goes, in one act with as many files as it takes to hide each among the
    others; every file is judged anew, and what must be kept by now is left out. Nothing is recorded
    while there are too few. Raises PositionIsNotReached."""
    streams = await work.known(*shelf.streams)
    settings = work.organisation.settings
    judged = await judge_files(work.desk, settings, streams, shelf)
    due = {one.file: one for one in judged if one.verdict.is_due}
    going: dict[UUID, list[Judged]] = {}
    latest, size = date.max, 0
    for plan in plans:
        disposal = await work.disposal(plan)
        if disposal.status is not DisposalStatus.APPROVED:
            continue
        files = [due.pop(file) for file in disposal.files if file in due]
        size += sum(one.facts for one in files)
        if going and size > _MOST_FACTS:
            break
        going[plan] = files
        latest = min(latest, disposal.latest)
    every = [one for files in going.values() for one in files]
    least = settings.disposal_least_files
    if every and not disposals.is_to_go(len(every), latest, least=least, today=work.today):
        return
    gone = {one.file for one in every}
    left = {one.file for one in judged} - gone
    kept = {record for one in judged if one.file in left for record in one.records}
    facts = [await _coarse(work.desk, streams, one) for one in every]
    await work.read(STATISTICS)
    work.record(STATISTICS, disposals.keep_facts(facts, least=least))
    for plan, files in going.items():
        await _execute(work, plan, files, streams, kept)


async def _execute(
    work: Work,
    plan: UUID,
    files: Sequence[Judged],
    streams: Mapping[UUID, Stream],
    kept: Collection[UUID],
) -> None:
    disposal = await work.disposal(plan)
    handed_out, persons = 0, list[UUID]()
    for stream in sorted(stream for one in files for stream in one.streams):
        handed_out += len(await work.desk.log.facts(stream, *HANDED_OUT))
        work.record(stream, [retention.FileDisposed(disposal=plan)])
    for record in sorted({record for one in files for record in one.records} - set(kept)):
        forgotten = forget_person(_person(streams, record), plan)
        work.record(record, forgotten)
        persons += [record] if forgotten else []
    went = {one.file for one in files}
    executed = disposals.DisposalExecuted(
        files=tuple(sorted(stream for one in files for stream in one.streams)),
        persons=tuple(persons),
        left_out=tuple(file for file in disposal.files if file not in went),
        handed_out=handed_out,
    )
    work.record(plan, [executed])


async def _coarse(desk: Desk, streams: Mapping[UUID, Stream], file: Judged) -> CoarseFact:
    """Of the file, and the first referral in it."""
    first, received = None, None
    for stream in file.streams:
        for fact in await desk.log.facts(stream, ReferralReceived):
            if received is None or fact.occurred_at < received:
                first, received = stream, fact.occurred_at
    own = _state(streams, file.file)
    referral = _state(streams, first) if first else None
    told: dict[str, Any] = dict.fromkeys(("source", "role", "age", "concern"))
    if isinstance(referral, Referral):
        told = {name: _known(getattr(referral, name)) for name in told}
    day = desk.calendar.day_of(received) if received else None
    return CoarseFact(
        year=day.year if day else None,
        month=day.month if day else None,
        compartment=own.compartment,
        unit=own.unit,
        outcome=_known(own.outcome) if isinstance(own, Case) and own.outcome else None,
        **told,
    )


def _known(value: Sealed[T]) -> T | None:
    return value.reveal() if value.is_open else None


async def erased(work: Work, disposal_id: UUID, *, keys: int, backups_until: date) -> None:
    """The vault has erased the keys: told once, whoever did it."""
    disposal = await work.disposal(disposal_id)
    if disposal.status is DisposalStatus.EXECUTED:
        told = disposals.DisposalErased(keys=keys, backups_until=backups_until)
        work.record(disposal_id, [told])
