"""A police operation, told as one story over HTTP (S31, S48, R6): twelve persons are met, two of
them minors."""

from datetime import date
from typing import Any
from uuid import UUID

from api.commands.passing_time import tell_overdue
from domain.police_operation import ACKNOWLEDGEMENT
from tests.acceptance.town import Person, Town


def born(years_ago: int) -> str:
    today = date.today()  # noqa: DTZ011, TID251 - the story happens today
    return date(today.year - years_ago, 1, 1).isoformat()


def met(**person: Any) -> dict[str, Any]:
    return {
        "concern": "prostitution",
        "account": "Möttes i en lägenhet.",
        "person": {"role": "exposed", **person},
    }


async def test_an_operation_with_twelve_persons(town: Town) -> None:
    """Announced without persons; an acknowledgement is missing, and alarms; those met are referred
    in one act, the minors to children's intake; a coordinator sees the operation, never them."""
    coordinator = await town.employ(
        "coordinator", unit="regional-coordinators", role="regional-coordinator", side=None
    )
    await town.level()
    operation = await it_is_announced(town)
    await one_acknowledgement_is_missing(town, coordinator, operation)
    referrals = await twelve_are_met(town, operation)
    await each_sees_what_is_theirs(town, coordinator, operation, referrals)
    await it_is_closed(town, operation)


async def it_is_announced(town: Town) -> str:
    """By the police, a month ago; a person cannot be put in."""
    police = town["police officer"]
    body = {"plannedOn": "2024-02-01", "announcedAt": "2024-01-31T08:00:00Z"}
    body["sendersReference"] = "OP-4"
    await police.post("/police-operations", {**body, "person": "Ada"}, expect=422)
    too_late = await police.post(
        "/police-operations", {**body, "plannedOn": "2024-01-30"}, expect=422
    )
    assert "R6" in too_late["detail"]
    announced = await police.post("/police-operations", body, expect=201)
    await police.get("/police-operations", expect=403)
    [asked] = (await police.ask("/receipt-inquiries", {"asked": ["op-4"]}))["items"]
    [receipt] = asked["receipts"]
    assert (receipt["receipt"], receipt["status"]) == (announced["receipt"], "waiting")
    assert receipt["referrals"] == 0
    await town["youth outreach"].post("/police-operations", body, expect=403)
    return str(announced["operationId"])


async def one_acknowledgement_is_missing(town: Town, coordinator: Person, operation: str) -> None:
    """Nexus acknowledges; until the coordinator does, there is an alarm, in view and metric."""
    nexus, path = town["nexus worker"], f"/police-operations/{operation}"
    assert [line["status"] for line in await due(nexus, operation)] == ["running"]
    await nexus.post(f"{path}/acknowledgements")
    assert await due(nexus, operation) == []
    coordinator.position = nexus.position
    assert [line["isOverdue"] for line in await due(coordinator, operation)] == [True]
    await nexus.post(f"{path}/closures", expect=409)
    shown = await nexus.get(path)
    assert shown["handlingUnits"] == ["nexus", "regional-coordinators"]
    assert shown["acknowledgements"] == ["nexus"]
    assert shown["acknowledgementOverdue"]
    assert await alarms(town) == 1
    told = await tell_overdue(town.rooms.house.desk, UUID(operation), ACKNOWLEDGEMENT)
    nexus.position = told or 0
    assert [line["status"] for line in await due(nexus, operation)] == ["missed"]
    await coordinator.post(f"{path}/acknowledgements")
    caught_up = await due(coordinator, operation, status="caught-up")
    assert [line["kind"] for line in caught_up] == ["answer"]
    assert await due(coordinator, operation) == []
    assert (await coordinator.get("/deadlines"))["counts"]["overdue"] == 0
    shown = await coordinator.get(path)
    assert shown["acknowledgements"] == shown["handlingUnits"]
    assert not shown["acknowledgementOverdue"]
    assert await alarms(town) == 0


async def due(who: Person, operation: str, **query: Any) -> list[Any]:
    """What is due of an operation, in somebody's list of deadlines."""
    lines = (await who.get("/deadlines", fileId=operation, **query))["items"]
    assert all(line["operationId"] == operation for line in lines)
    assert not any("caseId" in line or "referralId" in line for line in lines)
    return list(lines)


async def alarms(town: Town) -> float:
    told = await town.rooms.metrics.told()
    [line] = [it for it in told.splitlines() if 'alarm="operation-unacknowledged"' in it]
    return float(line.rsplit(" ", 1)[1])


async def twelve_are_met(town: Town, operation: str) -> dict[str, list[str]]:
    """In one act: the referrals, by the unit that each was routed to."""
    police, path = town["police officer"], f"/police-operations/{operation}/encounters"
    head = await town.rooms.facts.head()
    for persons in ([], [met()] * 500):
        refused = await police.post(path, {"channel": "phone", "persons": persons}, expect=422)
        assert "R6" in refused["detail"]
        assert (refused["fewest"], refused["most"]) == (1, 30)
    assert await town.rooms.facts.head() == head
    adults = [met(name=f"Vuxen {number}", bornOn=born(30)) for number in range(10)]
    minors = [met(name=f"Barn {number}", bornOn=born(16)) for number in range(2)]
    adults[3]["sendersReference"] = "P-2024-7"
    body = {"channel": "secure-message", "persons": [*adults, *minors]}
    done = await police.post(path, body, expect=201, key="burst")
    again = await police.post(path, body, expect=201, key="burst")
    assert again["referrals"] == done["referrals"]
    units = [referral["routing"]["unit"] for referral in done["referrals"]]
    assert units == ["nexus"] * 10 + ["childrens-intake"] * 2
    assert done["referrals"][10]["routing"]["rules"] == ["R6", "R1"]
    [asked] = (await police.ask("/receipt-inquiries", {"asked": ["p-2024-7"]}))["items"]
    assert [it["receipt"] for it in asked["receipts"]] == [done["referrals"][3]["receipt"]]
    of_another_side = [met(role="buyer", name="Köpare 1", bornOn=born(40))]
    body = {"channel": "secure-message", "persons": [met(), *of_another_side]}
    refused = await police.post(path, body, expect=422)
    assert refused["type"].endswith("/message-mixes-sides")
    await police.post(path, {**body, "persons": of_another_side}, expect=201)
    return {
        unit: [it["referralId"] for it in done["referrals"] if it["routing"]["unit"] == unit]
        for unit in set(units)
    }


async def each_sees_what_is_theirs(
    town: Town, coordinator: Person, operation: str, referrals: dict[str, list[str]]
) -> None:
    """Nexus and intake find theirs; the coordinator learns that twelve were met, and no more.
    That a buyer was met, too, is told to none of them, not even as a number (S76-S78)."""
    await town.level()
    path = f"/police-operations/{operation}"
    shown = await town["nexus worker"].get(path)
    assert shown["personsMet"] == 12
    assert set(shown["referrals"]) == set(referrals["nexus"])
    seen = await coordinator.get(path)
    assert seen["personsMet"] == 12
    assert "referrals" not in seen.json
    listed = await coordinator.get("/police-operations")
    assert [line["operationId"] for line in listed["items"]] == [operation]
    for referral in (*referrals["nexus"], *referrals["childrens-intake"]):
        assert referral not in str(seen.json) + str(listed.json)
        await coordinator.get(f"/referrals/{referral}", expect=404)
    for who, unit in (("nexus worker", "nexus"), ("intake worker", "childrens-intake")):
        inbox = await town[who].get("/referrals")
        assert {line["referralId"] for line in inbox["items"]} == set(referrals[unit])
    await town["intake worker"].get(path, expect=404)
    listed = await town["line manager"].get("/police-operations")
    assert listed["items"] == []


async def it_is_closed(town: Town, operation: str) -> None:
    """By Nexus; who is met later is sent as a referral of their own."""
    path = f"/police-operations/{operation}"
    closed = await town["nexus manager"].post(f"{path}/closures")
    police = town["police officer"]
    body = {"channel": "phone", "persons": [met()]}
    refused = await police.post(f"{path}/encounters", body, expect=409)
    assert refused["type"].endswith("/operation-is-closed")
    town["nexus manager"].position = closed["position"]
    shown = await town["nexus manager"].get(path)
    assert shown["closedAt"]
    await town.level()
    [asked] = (await police.ask("/receipt-inquiries", {"asked": ["OP-4"]}))["items"]
    assert [it["status"] for it in asked["receipts"]] == ["answered"]  # both acknowledged it
