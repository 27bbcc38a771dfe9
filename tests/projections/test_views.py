"""What the other views answer, and to whom; and what no view may hold."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from psycopg import AsyncConnection

from api.runtime.postgres.database import LOG
from api.runtime.postgres.postgres_server import PostgresServer
from domain.capacity import Load
from domain.case import CaseOpened
from domain.codes import ActivityKind, Compartment, InquiryKind, StaffRole
from domain.inquiry import KINDS
from domain.organisation import Settings, Weights
from domain.policy import Information, Viewer, sees_compartment
from domain.recorded import Recorded
from domain.referral import ReferralStatus
from projections import (
    ALL,
    ALL_OF_RECEIPTS,
    access,
    activities,
    audit,
    handovers,
    inbox,
    inquiries,
    mandates,
    police_operations,
    staff,
    takeovers,
    team,
    timeline,
    workload,
)
from projections.asking import Page
from projections.audit import RecordedReading
from projections.handovers import HandoverStatus
from projections.projection import Journal, Versions
from projections.workload import capacity
from tests.conftest import Database, new_database
from tests.projections.conftest import Town, town_of
from tests.projections.facts import BEGINNING, Log, folded, id_of, visible_line
from tests.projections.histories import SIDES, UNITS, told

FACTS = told("views", 2000)
READINGS = [
    RecordedReading(
        position=number,
        recorded_at=BEGINNING,
        subjects=tuple(b"%d" % each for each in {number % 2, number % 3}),
    )
    for number in range(1, 61)
]


FILES: dict[Any, access.FileRow] = folded(access.PROJECTION, FACTS, 1)
STAFF: dict[Any, access.StaffRow] = folded(access.PROJECTION, FACTS)


@pytest.fixture(scope="module")
def database(log_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Database:
    return new_database(log_server, tmp_path_factory.mktemp("secrets"), LOG)


@pytest.fixture(scope="module")
async def full_town(database: Database) -> Town:
    """A town whose logs have been followed to their ends; the tests here only read."""
    town = town_of(database)
    async with (
        town.followers(Log(FACTS)) as of_events,
        town.followers(Log(READINGS), ALL_OF_RECEIPTS) as of_receipts,
    ):
        for projection in ALL:
            assert await of_events.wait_for(projection.name, len(FACTS), 20)
        assert await of_receipts.wait_for("audit", len(READINGS), 20)
    return town


@pytest.fixture(scope="module")
async def asked(full_town: Town) -> AsyncIterator[AsyncConnection[Any]]:
    async with await full_town.server() as connection:
        yield connection


def viewers() -> Iterable[Viewer]:
    """A manager, a worker and an outreach worker of each unit."""
    for unit, side in zip(UNITS, SIDES, strict=False):
        for role in (StaffRole.UNIT_MANAGER, StaffRole.CASE_WORKER, StaffRole.OUTREACH_WORKER):
            yield Viewer(staff=id_of(1), role=role, unit=unit, side=side)


async def every_page(ask: Callable[..., Awaitable[Page[Any, Any]]]) -> list[Any]:
    """All lines, page by page."""
    page = await ask()
    lines = [*page.lines]
    while page.after is not None:
        page = await ask(after=page.after)
        lines += page.lines
    return lines


def visible(viewer: Viewer, file: UUID) -> bool:
    return visible_line(viewer, FILES[(file,)])


# --- points and capacity -----------------------------------------------------------------------

_WEIGHTS = Weights(case=3, acute=5, investigation=7, deadline=2)
_SETTINGS = Settings(workload_points=_WEIGHTS, full_time_points=40)


def weight_of(case: UUID) -> int:
    """By hand, from the facts of the case and of what led to it."""
    weight: workload.Weight = folded(workload.PROJECTION, FACTS, 1)[(case,)]
    led = folded(workload.PROJECTION, FACTS, 2).values()
    acute: bool = any(told.case == case and told.acute for told in led)
    return 3 + 5 * acute + 7 * weight.investigating + 2 * len(weight.deadlines)


async def test_a_unit_carries_what_its_cases_weigh(
    full_town: Town, asked: AsyncConnection[Any]
) -> None:
    """Points of the unit and of each worker, in what the viewer sees; the capacity of those who
    work there on that side, by their extent, and none of who is on leave (S71)."""
    today = BEGINNING.date()
    cases = [burden for burden in folded(workload.PROJECTION, FACTS).values() if burden.open]
    leaves = folded(staff.PROJECTION, FACTS, 1).values()
    away = {leave.staff for leave in leaves if leave.since <= today <= leave.until}
    people = folded(staff.PROJECTION, FACTS).values()
    sides = {row.staff: row.side for row in STAFF.values()}
    assert away
    for viewer in viewers():
        mine = [c for c in cases if c.unit == viewer.unit and visible(viewer, c.case)]
        hands = {
            one.staff: 40 * one.percentage // 100 * (one.staff not in away)
            for one in people
            if (one.unit, one.role, one.active) == (viewer.unit, StaffRole.CASE_WORKER, True)
            and sides[one.staff] == viewer.side
        }
        loads = await capacity.of_own_unit(asked, full_town.schema, viewer, _SETTINGS, today)
        assert loads.unit == Load(sum(weight_of(c.case) for c in mine), sum(hands.values()))
        for worker, load in loads.workers.items():
            carried = sum(weight_of(c.case) for c in mine for w in c.workers if w == worker)
            assert load == Load(carried, hands.get(worker, 0))
        assert loads.workers.keys() >= hands.keys()


async def test_another_unit_is_seen_as_a_whole(
    full_town: Town, asked: AsyncConnection[Any]
) -> None:
    """Whoever may offer a case sees how much the receiving unit carries on the case's side: nothing
    of the other sides, and of no worker."""
    cases = [burden for burden in folded(workload.PROJECTION, FACTS).values() if burden.open]
    for viewer in viewers():
        load = await capacity.of_unit(
            asked, full_town.schema, viewer, "children", _SETTINGS, BEGINNING.date()
        )
        theirs = [
            c.case
            for c in cases
            if c.unit == "children"
            and sees_compartment(viewer.side, Compartment(FILES[(c.case,)].compartment))
        ]
        assert load.points == sum(weight_of(case) for case in theirs)


# --- requests to take over -----------------------------------------------------------------------


async def test_a_request_is_seen_by_whom_it_is_asked_of_and_by_who_asked(
    full_town: Town, asked: AsyncConnection[Any]
) -> None:
    """The unit that is responsible sees it as it sees the case; the unit that asked sees its own,
    on its side, and not while an identity is protected; nobody else sees any (R2, R3)."""
    every = folded(takeovers.PROJECTION, FACTS).values()
    assert every
    statuses = set()
    for viewer in viewers():
        carries = viewer.role is not StaffRole.OUTREACH_WORKER
        for direction in takeovers.Direction:
            found = await every_page(
                partial(
                    takeovers.page,
                    asked,
                    full_town.schema,
                    viewer,
                    direction=direction,
                    limit=3,
                )
            )
            wanted = []
            for request in every:
                file = FILES[(request.case,)]
                on_side = sees_compartment(viewer.side, Compartment(file.compartment))
                own = request.unit == viewer.unit and on_side and not file.narrowed
                theirs = file.responsible_unit == viewer.unit and visible(viewer, request.case)
                if carries and (theirs if direction is takeovers.Direction.IN else own):
                    wanted.append(request.takeover)
            assert {line.takeover for line in found} == set(wanted)
            positions = [line.position for line in found]
            assert positions == sorted(positions, reverse=True)
            statuses |= {line.status for line in found}
    assert {"declined", "offered"} <= statuses <= set(takeovers.TakeoverStatus)


# --- inbox and handovers -----------------------------------------------------------------------

_REFERRALS: dict[inbox.Direction, Callable[[inbox.Line, str], bool]] = {
    inbox.Direction.IN: lambda line, unit: line.unit == unit,
    inbox.Direction.SENT: lambda line, unit: line.sender_unit == unit,
    inbox.Direction.INFORMED: lambda line, unit: unit in line.informed,
}
_HANDOVERS: dict[handovers.Direction, Callable[[handovers.Line, str], bool]] = {
    handovers.Direction.IN: lambda line, unit: line.to_unit == unit,
    handovers.Direction.OUT: lambda line, unit: line.from_unit == unit,
}


@pytest.mark.parametrize("direction", inbox.Direction)
@pytest.mark.parametrize("status", [None, *ReferralStatus])
async def test_the_inbox_shows_a_unit_its_referrals_in_order(
    full_town: Town,
    asked: AsyncConnection[Any],
    direction: inbox.Direction,
    status: ReferralStatus | None,
) -> None:
    """What waits comes first; all pages together are the list; nothing that is not visible."""
    every = folded(inbox.PROJECTION, FACTS).values()
    for viewer in viewers():
        found = await every_page(
            partial(
                inbox.page,
                asked,
                full_town.schema,
                viewer,
                direction=direction,
                status=status,
                limit=7,
            )
        )
        wanted = [
            line
            for line in every
            if _REFERRALS[direction](line, viewer.unit)
            and status in (None, line.status)
            and visible(viewer, line.referral)
        ]
        assert found == sorted(wanted, key=lambda line: (line.rank, line.referral))


async def test_the_inbox_counts_what_waits(full_town: Town, asked: AsyncConnection[Any]) -> None:
    """The numbers are those of the lists, of what is not answered yet."""
    every = folded(inbox.PROJECTION, FACTS).values()
    now = max(line.answer_due for line in every)
    for viewer in viewers():
        waits = [x for x in every if visible(viewer, x.referral) and x.answered_at is None]
        mine = [line for line in waits if line.unit == viewer.unit]
        assert await inbox.counts(asked, full_town.schema, viewer, now) == inbox.Counts(
            waiting=sum(line.status == "waiting" for line in mine),
            decline_proposed=sum(line.status == "decline-proposed" for line in mine),
            overdue=sum(line.answer_due < now for line in mine),
            sent=sum(line.sender_unit == viewer.unit for line in waits),
        )
        for line in every:
            found = await inbox.line(asked, full_town.schema, viewer, line.referral)
            assert found == (line if visible(viewer, line.referral) else None)


@pytest.mark.parametrize("direction", handovers.Direction)
@pytest.mark.parametrize("status", [None, *HandoverStatus])
async def test_handovers_are_seen_as_their_case_is(
    full_town: Town,
    asked: AsyncConnection[Any],
    direction: handovers.Direction,
    status: HandoverStatus | None,
) -> None:
    """In and out, what waits first; who no longer sees the case no longer sees the handover."""
    every = folded(handovers.PROJECTION, FACTS).values()
    for viewer in viewers():
        found = await every_page(
            partial(
                handovers.page,
                asked,
                full_town.schema,
                viewer,
                direction=direction,
                status=status,
                limit=3,
            )
        )
        wanted = [
            line
            for line in every
            if _HANDOVERS[direction](line, viewer.unit)
            and status in (None, line.status)
            and visible(viewer, line.case)
        ]
        assert found == sorted(wanted, key=lambda line: (line.rank, line.handover))


# --- time line ---------------------------------------------------------------------------------


async def test_the_time_line_is_told_to_whom_the_file_is_open(
    full_town: Town, asked: AsyncConnection[Any]
) -> None:
    """A worker reads the whole of an assigned case, in order; a colleague reads nothing."""
    file = next(f for f in FILES.values() if f.workers)
    opened = next(f.event for f in FACTS if f.stream == file.file)
    assert isinstance(opened, CaseOpened)
    streams = [file.file, file.person, opened.referral]
    expected = [line for f in FACTS if f.stream in streams for line in timeline.rows(f)]
    side = Compartment(file.compartment)

    async def told_to(viewer: Viewer, information: Information) -> list[timeline.Line]:
        return await every_page(
            partial(
                timeline.page,
                asked,
                full_town.schema,
                viewer,
                file=file.file,
                streams=streams,
                information=information,
                limit=3,
            )
        )

    def somebody(worker: UUID, role: StaffRole, unit: str) -> Viewer:
        return Viewer(staff=worker, role=role, unit=unit, side=side)

    assert file.responsible_unit
    unit = file.responsible_unit
    worker = somebody(file.workers[0], StaffRole.CASE_WORKER, unit)
    assert await told_to(worker, Information.TIMELINE) == expected
    for stranger in (
        somebody(id_of(1), StaffRole.CASE_WORKER, unit),
        somebody(id_of(1), StaffRole.UNIT_MANAGER, "elsewhere"),
        somebody(id_of(1), StaffRole.AUDITOR, unit),
    ):
        assert await told_to(stranger, Information.TIMELINE) == []
    auditor = Viewer(staff=id_of(1), role=StaffRole.AUDITOR, unit="review", side=None)
    assert await told_to(auditor, Information.EVENT_METADATA) == expected


# --- access, staff, team, audit ----------------------------------------------------------------


async def test_access_knows_who_somebody_is_now(
    full_town: Town, asked: AsyncConnection[Any]
) -> None:
    """Who has left is nobody, like a stranger."""
    assert any(not row.active for row in STAFF.values())
    for row in STAFF.values():
        found = await access.viewers(asked, full_town.schema, [row.staff], BEGINNING)
        assert found.get(row.staff) == (
            Viewer(
                staff=row.staff,
                role=StaffRole(row.role),
                unit=row.unit,
                side=Compartment(row.side) if row.side else None,
            )
            if row.active
            else None
        )
    assert await access.viewers(asked, full_town.schema, [id_of(404)], BEGINNING) == {}
    assert await access.files(asked, full_town.schema, [id_of(404)]) == {}


async def test_colleagues_are_those_of_ones_own_unit_and_side(
    full_town: Town, asked: AsyncConnection[Any]
) -> None:
    """Nobody learns of somebody on another side; an administrator, who sees no case, knows all."""
    directory = {row.staff: row for row in folded(staff.PROJECTION, FACTS).values()}

    async def known_to(viewer: Viewer, *, active: bool) -> list[staff.Colleague]:
        return await every_page(
            partial(staff.page, asked, full_town.schema, viewer, active=active, limit=2)
        )

    for side in (None, *Compartment):
        manager = Viewer(staff=id_of(1), role=StaffRole.UNIT_MANAGER, unit="nexus", side=side)
        own = {s for (s,), row in STAFF.items() if (row.unit, row.side) == ("nexus", side)}
        found = await known_to(manager, active=False)
        assert {line.staff for line in found} == own
        assert [line for line in found if line.active] == await known_to(manager, active=True)
        for colleague, row in directory.items():
            one = await staff.colleague(asked, full_town.schema, manager, colleague)
            assert one == (row if colleague in own else None)
    administrator = Viewer(staff=id_of(1), role=StaffRole.ADMINISTRATOR, unit="office", side=None)
    every = sorted(directory.values(), key=lambda row: (row.unit, row.staff))
    assert await known_to(administrator, active=False) == every
    auditor = Viewer(staff=id_of(1), role=StaffRole.AUDITOR, unit="nexus", side=None)
    assert await known_to(auditor, active=False) == []


async def test_an_operation_is_seen_by_those_who_handle_it(
    full_town: Town, asked: AsyncConnection[Any]
) -> None:
    """Page by page, the latest first, and one by one; nobody else sees that there are any."""
    lines = folded(police_operations.PROJECTION, FACTS)
    latest = sorted(lines.values(), key=lambda it: (it.planned_on, it.operation), reverse=True)
    coordinator = Viewer(
        staff=id_of(1), role=StaffRole.REGIONAL_COORDINATOR, unit="coordinators", side=None
    )
    for viewer in (coordinator, *viewers()):
        sees = viewer.unit in ("nexus", "coordinators")
        sees = sees and viewer.role is not StaffRole.OUTREACH_WORKER
        ask = partial(police_operations.page, asked, full_town.schema, viewer, limit=2)
        assert await every_page(ask) == (latest if sees else [])
        for line in latest:
            found = await police_operations.operation(
                asked, full_town.schema, viewer, line.operation
            )
            assert found == (line if sees else None)
    alarms = await police_operations.unacknowledged(asked, full_town.schema)
    assert alarms == sum(line.acknowledged_at is None for line in latest)


async def test_activities_are_known_to_those_who_carry_them(
    full_town: Town, asked: AsyncConnection[Any]
) -> None:
    """Page by page and of one kind, the latest first; and what they reach, added up."""
    lines = folded(activities.PROJECTION, FACTS)
    latest = sorted(lines.values(), key=lambda it: (it.planned_on, it.activity), reverse=True)
    sender = Viewer(staff=id_of(1), role=StaffRole.EXTERNAL_SENDER, unit="police", side=None)
    for viewer in (sender, *viewers()):
        sees = viewer is not sender
        ask = partial(activities.page, asked, full_town.schema, viewer, limit=2)
        assert await every_page(ask) == (latest if sees else [])
        kind = ActivityKind.PREVENTION
        of_kind = [line for line in latest if line.kind == kind]
        assert await every_page(partial(ask, kind=kind)) == (of_kind if sees else [])
        found = await activities.activity(asked, full_town.schema, viewer, latest[0].activity)
        assert found == (latest[0] if sees else None)
        reached = await activities.reach(asked, full_town.schema, viewer)
        held = {(it.kind, it.age_band) for it in latest if it.held_on}
        assert {(it.kind, it.age_band) for it in reached} == (held if sees else set())
        assert sum(it.reached for it in reached) == sees * sum(it.reached or 0 for it in latest)


async def test_inquiries_are_seen_on_their_side(
    full_town: Town, asked: AsyncConnection[Any]
) -> None:
    """On another side neither an inquiry nor its needs exist (S76-S78)."""
    lines = folded(inquiries.PROJECTION, FACTS)
    needs = folded(inquiries.PROJECTION, FACTS, 1)
    assert {line.kind for line in lines.values()} == set(InquiryKind)
    for viewer in viewers():
        assert viewer.side
        own = {line for line in lines.values() if line.kind == KINDS[viewer.side]}
        assert set(await inquiries.inquiries(asked, full_town.schema, viewer)) == own
        for line in lines.values():
            seen = line in own
            found = await inquiries.inquiry(asked, full_town.schema, viewer, line.inquiry)
            assert found == (line if seen else None)
            counted = await inquiries.needs(asked, full_town.schema, viewer, line.inquiry)
            theirs = {need for need in needs.values() if need.inquiry == line.inquiry}
            assert set(counted) == (theirs if seen else set())
    police = Viewer(staff=id_of(1), role=StaffRole.EXTERNAL_SENDER, unit="police", side=None)
    assert await inquiries.inquiries(asked, full_town.schema, police) == []


async def test_mandates_are_known_with_what_they_started(
    full_town: Town, asked: AsyncConnection[Any]
) -> None:
    """Whoever policy permits sees the board's decisions, an outreach worker asks for none (S1); of
    the inquiries that one started, those of one's own side (S76-S78)."""
    lines = folded(mandates.PROJECTION, FACTS)
    works = folded(mandates.PROJECTION, FACTS, 1)
    manager, _, outreach, *_ = viewers()
    assert set(await mandates.mandates(asked, full_town.schema, manager)) == set(lines.values())
    assert await mandates.mandates(asked, full_town.schema, outreach) == ()
    for line in lines.values():
        assert await mandates.mandate(asked, full_town.schema, manager, line.mandate) == line
        assert await mandates.mandate(asked, full_town.schema, outreach, line.mandate) is None
        theirs = [work for work in works.values() if work.mandate == line.mandate]
        for viewer in viewers():
            started = await mandates.started(asked, full_town.schema, viewer, line.mandate)
            if viewer.role is not StaffRole.OUTREACH_WORKER and viewer.side:
                own = {None, KINDS[viewer.side]}
                assert set(started) == {work for work in theirs if work.kind in own}
        assert await mandates.started(asked, full_town.schema, outreach, line.mandate) == ()


def memberships(facts: Iterable[Recorded]) -> list[team.Member]:
    """Every joining with the leaving that followed it, if any did."""
    every: list[team.Member] = []
    for move in [move for fact in facts for move in team.moves(fact)]:
        of, who, unit, percentage, at, _ = move
        if unit and percentage:
            every.append(team.Member(of, who, unit, percentage, at, None))
            continue
        [there] = [m for m in every if (m.team, m.staff, m.left_at) == (of, who, None)]
        every[every.index(there)] = there._replace(left_at=at)
    return every


async def test_teams_are_known_to_those_who_work_with_them(
    full_town: Town, asked: AsyncConnection[Any]
) -> None:
    """Whoever policy permits sees teams and members; nobody else sees that there are any."""
    teams, members = folded(team.PROJECTION, FACTS), memberships(FACTS)
    manager = Viewer(staff=id_of(1), role=StaffRole.UNIT_MANAGER, unit="nexus", side=None)
    outreach = Viewer(staff=id_of(1), role=StaffRole.OUTREACH_WORKER, unit="nexus", side=None)
    assert set(await team.teams(asked, full_town.schema, manager)) == set(teams.values())
    assert await team.teams(asked, full_town.schema, outreach) == ()
    for row in teams.values():
        found = await team.members(asked, full_town.schema, manager, row.team)
        assert sorted(found) == sorted(m for m in members if m.team == row.team)
        assert await team.team(asked, full_town.schema, manager, row.team) == row
        assert await team.team(asked, full_town.schema, outreach, row.team) is None
        assert await team.members(asked, full_town.schema, outreach, row.team) == ()
        costs = folded(team.PROJECTION, FACTS, 2)
        spent = await team.costs(asked, full_town.schema, manager, row.team)
        assert set(spent) == {cost for cost in costs.values() if cost.team == row.team}
        assert await team.costs(asked, full_town.schema, outreach, row.team) == ()


async def test_receipts_are_found_by_subject_newest_first(
    full_town: Town, asked: AsyncConnection[Any]
) -> None:
    """Of several subjects each receipt is found once, by who may read the access log alone."""
    auditor = Viewer(staff=id_of(1), role=StaffRole.AUDITOR, unit="review", side=None)
    manager = Viewer(staff=id_of(1), role=StaffRole.UNIT_MANAGER, unit="nexus", side=None)
    for subjects in ([b"0"], [b"0", b"2"], [b"none"], []):
        found = await every_page(
            partial(audit.positions, asked, full_town.schema, auditor, subjects, limit=4),
        )
        about = [r.position for r in READINGS if set(subjects) & set(r.subjects)]
        assert found == about[::-1]
    nothing = await audit.positions(asked, full_town.schema, manager, [b"0"])
    assert nothing.lines == ()


# --- what no view may hold (SoLPuL 7 a) --------------------------------------------------------

_ID, _IDS, _UNIT, _UNITS = "id", "ids", "unit", "units"
_CODE, _MOMENT, _DAY, _NUMBER, _YES = "neutral code", "moment", "day", "number", "yes or no"
_MOMENTS, _NUMBERS, _YESES = "moments", "numbers", "yes or no of each"
_TOKEN, _TOKENS, _NEUTRAL = "sealed token", "sealed tokens", "neutral facts of the catalogue"
_REGISTER = "register number of a decision or receipt"

_TYPES = {
    _ID: "uuid",
    _IDS: "uuid[]",
    _UNIT: "text",
    _UNITS: "text[]",
    _CODE: "text",
    _MOMENT: "timestamp with time zone",
    _MOMENTS: "timestamp with time zone[]",
    _NUMBERS: "bigint[]",
    _YESES: "boolean[]",
    _DAY: "date",
    _NUMBER: ("bigint", "integer"),
    _YES: "boolean",
    _TOKEN: ("text", "text[]", "bytea", "bytea[]"),
    _TOKENS: "jsonb",
    _NEUTRAL: "jsonb",
    _REGISTER: "text",
}

_COLUMNS = {
    "access_staff": {
        "staff": _ID,
        "unit": _UNIT,
        "role": _CODE,
        "side": _CODE,
        "active": _YES,
        "emergencies": _IDS,
        "emergencies_until": _MOMENTS,
    },
    "access_files": {
        "file": _ID,
        "kind": _CODE,
        "person": _ID,
        "compartment": _CODE,
        "responsible_unit": _UNIT,
        "receiving_unit": _UNIT,
        "sending_unit": _UNIT,
        "informed_units": _UNITS,
        "engaged": _IDS,
        "consulted_units": _UNITS,
        "narrowed": _YES,
        "workers": _IDS,
        "status": _CODE,
        "answer_due": _MOMENT,
    },
    "access_counts": {
        "unit": _UNIT,
        "compartment": _CODE,
        "kind": _CODE,
        "due": _DAY,
        "narrowed": _YES,
        "n": _NUMBER,
    },
    "caseload": {
        "case": _ID,
        "unit": _UNIT,
        "status": _CODE,
        "workers": _IDS,
        "opened_at": _MOMENT,
        "last_event_at": _MOMENT,
        "handover": _ID,
        "handover_to": _UNIT,
        "answer_due": _MOMENT,
        "referrals": _IDS,
        "version": _NUMBER,
        "position": _NUMBER,
    },
    "responsibility": {
        "file": _ID,
        "kind": _CODE,
        "holder": _UNIT,
        "ended": _YES,
        "since": _MOMENT,
        "asked": _UNIT,
    },
    "access_merges": {"person": _ID, "into_person": _ID},
    "sender_receipts": {
        "referral": _ID,
        "receipt": _REGISTER,
        "sender_unit": _UNIT,
        "received_at": _MOMENT,
        "routed_at": _MOMENT,
        "answered_at": _MOMENT,
        "withdrawn_at": _MOMENT,
        "operation": _YES,
        "lacking": _UNITS,
    },
    "inbox": {
        "referral": _ID,
        "receipt": _REGISTER,
        "unit": _UNIT,
        "holder": _UNIT,
        "sender_unit": _UNIT,
        "informed": _UNITS,
        "status": _CODE,
        "acute": _YES,
        "received_at": _MOMENT,
        "answer_due": _MOMENT,
        "answered_at": _MOMENT,
        "answered_by": _ID,
        "case": _ID,
        "version": _NUMBER,
        "rank": _NUMBER,
    },
    "handovers": {
        "handover": _ID,
        "case": _ID,
        "from_unit": _UNIT,
        "to_unit": _UNIT,
        "status": _CODE,
        "offered_at": _MOMENT,
        "offered_by": _ID,
        "answer_due": _MOMENT,
        "answered_at": _MOMENT,
        "answered_by": _ID,
        "version": _NUMBER,
        "rank": _NUMBER,
    },
    "external_referrals": {
        "referral": _ID,
        "case": _ID,
        "status": _CODE,
        "made_at": _MOMENT,
        "due": _MOMENT,
        "answered_at": _MOMENT,
        "position": _NUMBER,
    },
    "emergencies": {
        "case": _ID,
        "position": _NUMBER,
        "staff": _ID,
        "unit": _UNIT,
        "taken_at": _MOMENT,
        "until": _MOMENT,
        "reason_token": _TOKEN,
    },
    "reviews": {
        "review": _ID,
        "opened_at": _MOMENT,
        "opened_by": _ID,
        "period_from": _DAY,
        "period_until": _DAY,
        "unit": _UNIT,
        "rule": _CODE,
        "size": _NUMBER,
        "seed": _NUMBER,
        "receipts": _NUMBER,
        "accesses": _NUMBER,
        "ground_token": _TOKEN,
        "closed_at": _MOMENT,
        "next_due": _DAY,
        "conclusion_token": _TOKEN,
        "version": _NUMBER,
    },
    "review_starts": {"position": _NUMBER, "started_at": _MOMENT},
    "review_drawn": {
        "review": _ID,
        "position": _NUMBER,
        "receipts": _NUMBERS,
        "sampled": _YESES,
        "flags_token": _TOKEN,
    },
    "review_accesses": {
        "review": _ID,
        "receipt": _NUMBER,
        "judgement_token": _TOKEN,
        "ground_token": _TOKEN,
        "judged_by": _ID,
        "asked_at": _MOMENT,
        "asked_about": _ID,
        "asked_unit": _UNIT,
        "question_token": _TOKEN,
        "answered_at": _MOMENT,
        "answered_by": _ID,
        "answer_token": _TOKEN,
    },
    "review_findings": {
        "review": _ID,
        "finding": _ID,
        "found_at": _MOMENT,
        "found_by": _ID,
        "receipts": _NUMBERS,
        "kind_token": _TOKEN,
        "text_token": _TOKEN,
    },
    "timeline": {
        "stream": _ID,
        "position": _NUMBER,
        "version": _NUMBER,
        "name": _CODE,
        "actor": _ID,
        "unit": _UNIT,
        "occurred_at": _MOMENT,
        "recorded_at": _MOMENT,
        "facts": _NEUTRAL,
        "sealed": _TOKENS,
    },
    "workload": {
        "case": _ID,
        "unit": _UNIT,
        "open": _YES,
        "workers": _IDS,
        "handover_to": _UNIT,
    },
    "police_operations": {
        "operation": _ID,
        "announced_at": _MOMENT,
        "planned_on": _DAY,
        "handled_by": _UNITS,
        "acknowledged_by": _UNITS,
        "acknowledgement_due": _MOMENT,
        "acknowledged_at": _MOMENT,
        "persons_met": _NUMBER,
        "referrals": _TOKEN,
        "closed_at": _MOMENT,
        "version": _NUMBER,
    },
    "activities": {
        "activity": _ID,
        "kind": _CODE,
        "status": _CODE,
        "responsible": _UNITS,
        "cooperating": _UNITS,
        "planned_on": _DAY,
        "place": _CODE,
        "audience": _CODE,
        "age_band": _CODE,
        "partners": _UNITS,
        "held_on": _DAY,
        "reached": _NUMBER,
        "schools": _NUMBER,
        "cancelled_because": _CODE,
        "version": _NUMBER,
    },
    "deadlines": {
        "file": _ID,
        "deadline": _ID,
        "kind": _CODE,
        "asked": _YES,
        "due": _MOMENT,
        "warned": _MOMENT,
        "status": _CODE,
        "escalated": _NUMBER,
        "reminded": _UNITS,
        "ended_at": _MOMENT,
        "units": _UNITS,
        "lacking": _UNITS,
    },
    "retention": {
        "stream": _ID,
        "case": _ID,
        "in_use": _YES,
        "last_note": _MOMENT,
        "version": _NUMBER,
    },
    "disposals": {
        "disposal": _ID,
        "status": _CODE,
        "files": _IDS,
        "persons": _IDS,
        "left_out": _IDS,
        "latest": _DAY,
        "planned_at": _MOMENT,
        "planned_by": _ID,
        "decided_at": _MOMENT,
        "decided_by": _ID,
        "executed_at": _MOMENT,
        "handed_out": _NUMBER,
        "erased_at": _MOMENT,
        "keys": _NUMBER,
        "backups_until": _DAY,
        "version": _NUMBER,
    },
    "deadline_referrals": {"referral": _ID, "case": _ID},
    "mandates": {
        "mandate": _ID,
        "register_number": _REGISTER,
        "decided_on": _DAY,
        "matter": _CODE,
        "version": _NUMBER,
    },
    "mandate_works": {
        "mandate": _ID,
        "work": _ID,
        "matter": _CODE,
        "started_at": _MOMENT,
        "kind": _CODE,
    },
    "inquiries": {
        "inquiry": _ID,
        "mandate": _ID,
        "kind": _CODE,
        "opened_at": _MOMENT,
        "concluded_at": _MOMENT,
        "version": _NUMBER,
    },
    "inquiry_needs": {
        "inquiry": _ID,
        "need": _ID,
        "kind": _CODE,
        "group_token": _TOKEN,
        "expressed_on": _DAY,
        "met_by": _UNIT,
    },
    "team": {
        "team": _ID,
        "register_number": _REGISTER,
        "decided_on": _DAY,
        "established_at": _MOMENT,
        "lead_unit": _UNIT,
        "pilot_from": _DAY,
        "pilot_until": _DAY,
        "version": _NUMBER,
        "evaluated_on": _DAY,
        "recommendation": _CODE,
        "future": _CODE,
        "future_register_number": _REGISTER,
        "future_decided_on": _DAY,
    },
    "team_costs": {
        "team": _ID,
        "period_from": _DAY,
        "period_until": _DAY,
        "kronor": _NUMBER,
    },
    "team_moves": {
        "team": _ID,
        "staff": _ID,
        "unit": _UNIT,
        "percentage": _NUMBER,
        "moved_at": _MOMENT,
        "position": _NUMBER,
    },
    "staff": {
        "staff": _ID,
        "unit": _UNIT,
        "role": _CODE,
        "active": _YES,
        "name": _TOKEN,
        "qualified": _YES,
        "since": _DAY,
        "until": _DAY,
        "open_cases": _NUMBER,
        "version": _NUMBER,
        "percentage": _NUMBER,
    },
    "workload_weights": {"case": _ID, "investigating": _YES, "deadlines": _IDS},
    "workload_referrals": {"referral": _ID, "acute": _YES, "case": _ID},
    "takeovers": {
        "takeover": _ID,
        "reason_token": _TOKEN,
        "case": _ID,
        "unit": _UNIT,
        "requested_at": _MOMENT,
        "requested_by": _ID,
        "declined_at": _MOMENT,
        "position": _NUMBER,
    },
    "takeover_answers": {
        "case": _ID,
        "unit": _UNIT,
        "answered_at": _MOMENT,
        "position": _NUMBER,
    },
    "staff_leaves": {"staff": _ID, "leave": _ID, "since": _DAY, "until": _DAY},
    "audit_reads": {"position": _NUMBER, "subjects": _TOKEN},
}
"""What every column of every view is. Whoever adds one says here what it tells."""

_STOOD = {"from_position": _NUMBER, "until_position": _NUMBER, "era": _NUMBER}
_COLUMNS |= {
    f"{table}_versions": _COLUMNS[table] | _STOOD
    for table in ("caseload", "inbox", "handovers", "workload")
}


def test_a_view_holds_no_sensitive_data(full_town: Town, database: Database) -> None:
    """A compilation holds ids, units, statuses and dates; the rest is sealed (SoLPuL 7 a §)."""
    stored = database.execute(
        "select c.relname, a.attname, format_type(a.atttypid, null)"
        "  from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relnamespace = to_regnamespace(%s) and c.relkind in ('r', 'p', 'm', 'v')"
        "   and pg_get_userbyid(c.relowner) = %s and a.attnum > 0 and not a.attisdropped"
        "   and c.relname not in ('projection_checkpoints', 'projection_parked')",
        database.schema,
        f"{database.schema}_projector",
    )
    assert {(table, column) for table, column, _ in stored} == {
        (table, column) for table, columns in _COLUMNS.items() for column in columns
    }
    for table, column, type_name in stored:
        assert type_name in _TYPES[_COLUMNS[table][column]], (table, column)


def test_sides_and_persons_stand_in_access_alone() -> None:
    """No compilation tells on which side somebody is, or whose a case is."""
    elsewhere = {table: columns for table, columns in _COLUMNS.items() if table != "access_files"}
    for table in ("access_staff", "access_counts", "access_merges"):
        del elsewhere[table]
    for columns in elsewhere.values():
        assert not columns.keys() & {"side", "compartment", "person"}


def test_rows_of_a_file_go_with_it() -> None:
    """Whatever is told of a case, a referral or a stream is gone when that is disposed of: a table
    whose rows are known by one says so."""
    for projection in ALL:
        for table in projection.tables:
            key: tuple[str, ...] = ()
            if not isinstance(table, Journal):
                key = table.of.key if isinstance(table, Versions) else table.key
            columns = set(key) | {"case", "file", "stream"} & _COLUMNS[table.name].keys()
            named = columns & {"case", "file", "referral", "stream", "person"}
            assert bool(named) is (table.of_file is not None), table.name
            assert table.of_file is None or table.of_file in named, table.name


def test_the_neutral_facts_hold_no_word_of_a_sealed_value(
    full_town: Town, database: Database
) -> None:
    """In what the views store, a sealed value is its token and nothing else."""
    for (sealed,) in database.execute("select sealed from {}.timeline"):
        assert all("|key:1:" in token for token in sealed.values())
    assert all("|key:1:" in name for (name,) in database.execute("select name from {}.staff"))
