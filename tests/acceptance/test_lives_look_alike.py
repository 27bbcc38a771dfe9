"""Who reads both logs without a key cannot tell a buyer from somebody exposed, nor whose birthday
it is: the lives of two who differ in that alone look alike."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.acceptance import test_a_day as a_day
from tests.acceptance.test_nothing_in_the_clear import accepted, with_etag
from tests.acceptance.town import Town

SOMEBODY = {"role": "exposed", "name": "Någon Någonsson", "bornOn": "1990-02-03"}
TWINS: dict[str, dict[str, str]] = {
    "a buyer": {"role": "buyer"},
    "a perpetrator": {"role": "perpetrator"},
    "of another birth date": {"bornOn": "1961-12-24"},
    "a young adult": {"bornOn": a_day.born(19)},
    "a child": {"bornOn": a_day.born(13)},
    "a young buyer": {"role": "buyer", "bornOn": a_day.born(16)},
    "of another concern": {"concern": "forced-marriage"},
    "of no known name": {"name": ""},
}
OF_CHILDREN = ("a child", "a young buyer")  # whose report is assessed (SoL 20:1-2)
WHO_ANSWERS = {
    ("nexus", "a"): "nexus",
    ("childrens-intake", "a"): "intake",
    ("support-line-two", "b"): "line",
    ("childrens-intake", "b"): "other intake",
}


@pytest.mark.parametrize("twin", TWINS)
async def test_lives_look_alike(town: Town, twin: str) -> None:
    """Who reads both logs without a key sees the same events with the same fields, values and
    sizes, whatever somebody's role, age, birth date and concern: only the unit and its side
    differ, and the deadlines of what that for children assesses as a report."""
    worker, manager = {"role": "case-worker"}, {"role": "unit-manager"}
    other = {"unit": "childrens-intake", "side": "b", "qualifiedForChildren": True}
    line = {"unit": "support-line-two", "side": "b", "qualifiedForChildren": True}
    await town.employ("line worker", **line, **worker)
    await town.employ("other intake manager", **other, **manager)
    await town.employ("other intake worker", **other, **worker)
    one, other_one = await a_life(town, SOMEBODY), await a_life(town, SOMEBODY | TWINS[twin])
    left_out = "deadline." if twin in OF_CHILDREN else "nothing."
    assert one.events_but(left_out) == other_one.events_but(left_out)
    assert len(one.events) > len(one.events_but("deadline."))
    assert one.receipts == other_one.receipts
    assert len(one.events) > 10
    assert len(one.receipts) > 4


@pytest.mark.parametrize("twin", ["a child", "a young adult", "of another birth date"])
async def test_investigations_look_alike(town: Town, twin: str) -> None:
    """What is investigated of a child, and of an adult, is the same in the log of the case, down to
    the days on which it is due: only the unit differs, and what was due before it was opened."""
    one = await an_investigation(town, SOMEBODY)
    assert one == await an_investigation(town, SOMEBODY | TWINS[twin])
    assert len([name for name, *_ in one if name == "deadline.set"]) == 3


async def an_investigation(town: Town, somebody: dict[str, str]) -> list[tuple[object, ...]]:
    """Opened, those concerned informed, concluded: as it stands in the clear."""
    first = await heads(town)
    body = {"source": "police", "channel": "phone", "concern": "prostitution", "account": "Såg."}
    sent = await town["police officer"].post("/referrals", body | {"person": somebody}, expect=201)
    await town.level()
    manager = town[f"{WHO_ANSWERS[sent['routing']['unit'], 'a']} manager"]
    case = await accepted(manager, sent["referralId"])
    opened = await manager.post(f"/cases/{case}/investigations", expect=201)
    path = f"/cases/{case}/investigations/{opened['investigationId']}"
    await manager.post(f"{path}/informings")
    await manager.post(f"{path}/conclusions", {"conclusion": "no-intervention"})
    stored = [e for e in await town.rooms.stored.read(first.events, 1000) if str(e.stream) == case]
    told = [(event.name, msgspec.json.decode(event.payload)) for event in stored]
    before = {fields.get("deadline") for _, fields in told[: _names(told).index(OPENED)]} - {None}
    told = [(name, fields) for name, fields in told if fields.get("deadline") not in before]
    return [(name, shape(name, fields), fields.get("due", "")[:10]) for name, fields in told]


OPENED = "case.investigation-opened"


def _names(told: list[tuple[str, Any]]) -> list[str]:
    return [name for name, _ in told]


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What somebody without a key sees of one person's way through the house."""

    events: list[tuple[str, object]]
    receipts: list[object]

    def events_but(self, left_out: str) -> list[tuple[str, object]]:
        return [event for event in self.events if not event[0].startswith(left_out)]


async def a_life(town: Town, somebody: dict[str, str]) -> Life:
    """Referred, accepted, assigned, documented, found to be thirty, closed and reopened."""
    first = await heads(town)
    told = {name: value for name, value in somebody.items() if value}
    body = {
        "source": "police",
        "channel": "phone",
        "concern": told.pop("concern", "prostitution"),
        "account": "En berättelse, lika lång för alla.",
        "person": told,
    }
    sent = await town["police officer"].post("/referrals", body, expect=201)
    await town.level()
    side = "b" if told["role"] in {"buyer", "perpetrator"} else "a"
    team = WHO_ANSWERS[sent["routing"]["unit"], side]
    manager, worker = town[f"{team} manager"], town[f"{team} worker"]
    await manager.get(f"/referrals/{sent['referralId']}")
    case = await accepted(manager, sent["referralId"])
    await with_etag(manager, case, "assignments", {"workerId": str(worker.staff_id)})
    worker.position = manager.position
    await worker.post(f"/cases/{case}/notes", {"text": "En anteckning."}, expect=201)
    await worker.get(f"/cases/{case}/notes")
    finding = {"bornOn": a_day.born(30), "basis": "Pass uppvisat."}
    await worker.post(f"/cases/{case}/age-findings", finding, expect=201)
    await with_etag(worker, case, "closures", {"outcome": "needs-met"})
    manager.position = worker.position
    await with_etag(manager, case, "reopenings", {"reason": "Hör av sig igen."})
    return Life(
        events=[
            (event.name, shape(event.name, msgspec.json.decode(event.payload)))
            for event in await town.rooms.stored.read(first.events, 1000)
        ],
        receipts=receipts_after(town, first.receipts),
    )


@dataclass(frozen=True, slots=True)
class Heads:
    events: int
    receipts: int


async def heads(town: Town) -> Heads:
    await town.level()
    return Heads(await town.rooms.facts.head(), await town.rooms.access_log.head())


def receipts_after(town: Town, position: int) -> list[object]:
    """What stands in the clear of each receipt, and the size of what is sealed."""
    query = SQL("SELECT key, length(body) FROM {}.receipts WHERE position > %s ORDER BY position")
    with psycopg.connect(town.addresses.log) as owner:
        found = owner.execute(query.format(Identifier(town.settings.municipality)), [position])
        return list(found.fetchall())


SEALED = re.compile(r"([a-z]+)/[^:]*:\d+:[\w-]+=*")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T.*)?")
RECEIPT_NUMBER = re.compile(r"[0-9A-Z]{26}")
UNITS = re.compile("|".join({unit for unit, _ in WHO_ANSWERS} | {"police"}))


def shape(name: str, value: Any) -> object:
    """What can be compared: fields, values and sizes, without ids, moments, units and sides."""
    match value:
        case dict():
            return name, {field: shape(field, part) for field, part in value.items()}
        case list():
            return [shape(name, part) for part in value]
        case str() if name == "compartment":
            return "a side"
        case str() if sealed := SEALED.fullmatch(value):
            return f"{len(value)} characters under a key of the {sealed[1]}"
        case str():
            kinds = {"an id": ID, "a moment": MOMENT, "a receipt": RECEIPT_NUMBER, "a unit": UNITS}
            return next((kind for kind, form in kinds.items() if form.fullmatch(value)), value)
        case _:
            return value
