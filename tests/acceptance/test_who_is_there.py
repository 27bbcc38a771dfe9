"""Who is there to do the work, over HTTP: leaves, capacity, and sides without anybody (S69)."""

from datetime import timedelta
from typing import Any

from api.door.fields import swedish_day
from api.runtime.clock import SystemClock
from tests.acceptance.test_a_person import met
from tests.acceptance.town import Person, Town


def day(number: int) -> str:
    return (swedish_day(SystemClock().now()) + timedelta(days=number)).isoformat()


async def shown(who: Person, staff: Person) -> Any:
    """The line of a colleague in the list."""
    lines = (await who.get("/staff-members"))["items"]
    [line] = [line for line in lines if line["staffId"] == str(staff.staff_id)]
    return line


async def test_somebody_goes_away(town: Town) -> None:
    """A leave is told of by the manager, shown to managers alone, in the staff list and in the
    team, whose seat rests; overlaps are refused; a case goes to who is away only when whoever
    gives it knows; ended early, it is over."""
    manager, worker = town["nexus manager"], town["nexus worker"]
    path = f"/staff-members/{worker.staff_id}"
    await manager.post(f"{path}/extents", {"percentage": 80})
    week = {"since": day(-1), "until": day(5)}
    leave = (await manager.post(f"{path}/leaves", week, expect=201))["leaveId"]
    refused = await manager.post(f"{path}/leaves", {**week, "since": day(5)}, expect=409)
    assert "section 3" in refused["detail"]
    moved = {"since": day(-1), "until": day(7), "reason": "mistyped"}
    await manager.post(f"{path}/leaves/{leave}/corrections", moved)
    line = await shown(manager, worker)
    assert (line["awayUntil"], line["percentage"]) == (day(7), 80)
    worker.position = manager.position
    assert "awayUntil" not in await shown(worker, worker)
    assert "leaves" not in (await worker.get(path)).json
    await worker.post(f"{path}/leaves", week, expect=403)
    assert (await manager.get(path))["leaves"] == [
        {"leaveId": leave, "since": day(-1), "until": day(7)}
    ]
    case = await opened(town)
    etag = (await manager.get(f"/cases/{case}")).headers["ETag"]
    to = {"workerId": str(worker.staff_id)}
    assigned = f"/cases/{case}/assignments"
    assert (await manager.post(assigned, to, etag=etag, expect=409))["until"] == day(7)
    await manager.post(assigned, {**to, "evenIfAway": True}, etag=etag)
    await manager.post(f"{path}/leaves/{leave}/endings", {"until": day(-1)})
    assert "awayUntil" not in await shown(manager, worker)


async def opened(town: Town) -> str:
    """A case of Nexus."""
    police, manager = town["police officer"], town["nexus manager"]
    received = await police.post("/referrals", met(bornOn="1990-03-02"), expect=201)
    accepted = await manager.post(f"/referrals/{received['referralId']}/acceptances")
    return str(accepted["caseId"])
