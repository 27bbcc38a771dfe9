"""What must hold afterwards, whatever has happened."""

from collections import Counter
from typing import Any

from api.runtime.wiring import open_house
from projections import ALL, ALL_OF_RECEIPTS
from projections.rebuild import rebuild
from tests.faults.clients import Diary, Office
from tests.faults.premises import Premises, until

_NAMES = {
    "referral": {"person.registered": 1, "referral.received": 1, "referral.routed": 1},
    "acceptance": {
        "referral.accepted": 1,
        "case.opened": 1,
        "deadline.set": 1,
        "person.case-opened": 1,
    },
    "first": {"case.note-recorded": 1},
    "second": {"case.note-recorded": 1},
}


def commands_are_recorded_once(premises: Premises, office: Office, diary: Diary) -> None:
    """Every acknowledged command stands in the log, whole, once, where its answer said; and the
    clients' staff have recorded nothing else."""
    recorded = premises.rows(
        "SELECT command, min(position) AS first, max(position) AS last, count(*) AS events,"
        " array_agg(name) AS names"
        " FROM {house}.events WHERE actor = ANY (%(actors)s) GROUP BY command",
        actors=[client.staff_id for client in (office.officer, *office.managers)],
    )
    by_position = {command["last"]: command for command in recorded}
    assert len(by_position) == len(recorded) == len(diary.acknowledged)
    found = {key: by_position.pop(told["position"]) for key, told in diary.acknowledged.items()}
    assert not by_position
    for key, command in found.items():
        assert command["last"] - command["first"] + 1 == command["events"]
        assert Counter(command["names"]) == _NAMES[key.split("-")[0]]
    known = premises.rows("SELECT command, first_position, last_position FROM {house}.commands")
    kept = {row["command"]: (row["first_position"], row["last_position"]) for row in known}
    assert all(kept[c["command"]] == (c["first"], c["last"]) for c in found.values())


def positions_are_dense(premises: Premises) -> None:
    """Both logs count from 1 without a gap, and their heads say so."""
    for found in premises.rows(
        "SELECT count(*) AS rows, coalesce(min(position), 1) AS first,"
        " coalesce(max(position), 0) AS last,"
        " (SELECT position FROM {house}.events_head) AS head FROM {house}.events"
        " UNION ALL SELECT count(*), coalesce(min(position), 1), coalesce(max(position), 0),"
        " (SELECT position FROM {house}.receipts_head) FROM {house}.receipts"
    ):
        assert found["first"] == 1
        assert found["rows"] == found["last"] == found["head"]
    streams = premises.rows(
        "SELECT stream FROM {house}.events GROUP BY stream"
        " HAVING count(*) <> max(version) OR min(version) <> 1"
    )
    assert streams == []


async def answers_have_their_receipts(premises: Premises, diary: Diary) -> Counter[str]:
    """Nothing of an answer with somebody's data came back without a receipt; how many of each."""
    readings = await premises.readings()
    left = {reading.correlation: reading for reading in readings}
    begun = diary.begun()
    assert [attempt for attempt in begun if attempt.correlation not in left] == []
    for attempt in begun:
        expected = {403: "not-permitted", 404: "not-found"}.get(attempt.status or 0, "answered")
        assert left[attempt.correlation].outcome == expected
    ours = {attempt.correlation for attempt in diary.attempts}
    unanswered = {attempt.correlation for attempt in diary.attempts if attempt.status is None}
    return Counter(
        answers=len(begun),
        receipts=sum(reading.correlation in ours for reading in readings),
        receipts_of_answers_that_never_came=len(unanswered & left.keys()),
    )


async def views_equal_a_rebuild(premises: Premises) -> dict[str, int]:
    """Every view, followed through everything, has the rows that the whole log gives."""
    await until(lambda: not behind(premises), within=10)
    assert premises.rows("SELECT projection, key FROM {house}.projection_parked") == []
    with premises.addresses() as at:
        async with open_house(premises.settings, at, follow=False) as rooms:
            schema = premises.settings.municipality
            found = {
                p.name: await rebuild(p, rooms.facts, rooms.connect, schema=schema) for p in ALL
            }
            head = await rooms.facts.head()
            assert {view.compared_at for view in found.values()} == {head}
            found |= {
                p.name: await rebuild(p, rooms.access_log, rooms.connect, schema=schema)
                for p in ALL_OF_RECEIPTS
            }
    assert {name for name, v in found.items() if v.position and v.old != v.new} == set()
    return {name: view.position for name, view in found.items()}


def behind(premises: Premises) -> list[dict[str, Any]]:
    """The views that do not reflect their whole log yet."""
    return premises.rows(
        "SELECT c.projection FROM {house}.projection_checkpoints AS c, {house}.events_head AS e,"
        " {house}.receipts_head AS r WHERE c.projection = ANY (%(views)s) AND c.position <>"
        " CASE c.projection WHEN 'audit' THEN r.position ELSE e.position END",
        views=[*(p.name for p in ALL), *(p.name for p in ALL_OF_RECEIPTS)],
    )


def epochs(premises: Premises) -> dict[str, int]:
    """How often somebody has taken over, view by view."""
    rows = premises.rows("SELECT projection, epoch FROM {house}.projection_checkpoints")
    return {row["projection"]: row["epoch"] for row in rows}


def tables(premises: Premises) -> set[str]:
    """All that there is in the log's schema."""
    rows = premises.rows(
        "SELECT relname FROM pg_class WHERE relnamespace = %(house)s::regnamespace",
        house=premises.settings.municipality,
    )
    return {row["relname"] for row in rows}
