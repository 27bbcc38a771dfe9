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


async def test_nobody_is_there(town: Town) -> None:
    """A side to which somebody is sent, and where nobody is, shows: to the auditor by its file,
    to the administrator by unit and side, in the metric; and no more once somebody is (S69)."""
    relative = met(role="relative", bornOn="1970-05-05", assessedAdultBy=None)
    sent = {**relative, "source": "homeless-outreach"}
    received = await town["homeless outreach"].post("/referrals", sent, expect=201)
    await town.level()
    auditor, administrator = town["auditor"], town["administrator"]
    [gap] = (await auditor.get("/responsibility-gaps"))["items"]
    assert (gap["fileId"], gap["holder"], gap["lack"]) == (
        received["referralId"],
        "support-line-three",
        "nobody-there",
    )
    sides = {"unit": "support-line-three", "side": "c", "files": 1}
    assert sides in (await administrator.get("/unstaffed-sides"))["items"]
    assert await alarms(town) == 1
    hired = {"role": "unit-manager", "side": "c"}
    manager = await town.employ("third manager", unit="support-line-three", **hired)
    await town.level()
    assert (await auditor.get("/responsibility-gaps"))["items"] == []
    week = {"since": day(0), "until": day(2)}
    administrator.position = manager.position
    path = f"/staff-members/{manager.staff_id}/leaves"
    leave = (await administrator.post(path, week, expect=201))["leaveId"]
    await town.level()
    assert await alarms(town) == 1
    assert (await manager.get("/unstaffed-sides"))["items"] == [sides]
    await administrator.post(f"{path}/{leave}/withdrawals")
    assert (await administrator.get("/unstaffed-sides"))["items"] == [
        {"unit": "childrens-intake", "side": side, "files": 0} for side in ("b", "c")
    ]
    await town["auditor"].get("/unstaffed-sides", expect=403)


async def alarms(town: Town) -> int:
    told = await town.rooms.house.metrics.told()
    [line] = [it for it in told.splitlines() if 'alarm="file-with-nobody-there"' in it]
    return round(float(line.rsplit(" ", 1)[1]))


async def test_what_a_case_would_weigh(town: Town) -> None:
    """Points against capacity, by worker and unit; and before and after, if the case went to a
    worker or another unit: to whoever assigns or hands over, and nobody else (S71)."""
    manager, worker, colleague = (
        town["nexus manager"],
        town["nexus worker"],
        town["nexus colleague"],
    )
    case = await opened(town)
    preview, who = f"/cases/{case}/capacity-previews", str(worker.staff_id)
    weighs = (await manager.get(preview))["points"]
    assert weighs >= 2
    await manager.post(f"/staff-members/{who}/extents", {"percentage": 50})
    shown = await manager.get(preview, workerId=who)
    assert shown["ofWorker"] == {
        "before": {"points": 0, "capacity": 30},
        "after": {"points": weighs, "capacity": 30},
    }
    unit = {"points": weighs, "capacity": 90}
    assert shown["ofUnit"] == {"before": unit, "after": unit}
    etag = (await manager.get(f"/cases/{case}")).headers["ETag"]
    await manager.post(f"/cases/{case}/assignments", {"workerId": who}, etag=etag)
    worker.position = colleague.position = manager.position
    elsewhere = (await worker.get(preview, toUnit="childrens-intake"))["ofUnit"]
    assert elsewhere == {
        "before": {"points": 0, "capacity": 120},
        "after": {"points": weighs, "capacity": 120},
    }
    await worker.get(preview, workerId=who, expect=403)
    await worker.get(preview, toUnit="support-line-two", expect=422)
    await colleague.get(preview, expect=403)
    await manager.get(preview, workerId=str(town["intake worker"].staff_id), expect=422)
    await town["line manager"].get(preview, expect=404)
    load = (await manager.get("/workloads"))["capacity"]
    assert (load["points"], load["capacity"]) == (weighs, 90)
    lines = {line["staffId"]: line for line in load["workers"]}
    assert lines[who]["points"] == weighs
    assert lines[str(colleague.staff_id)]["capacity"] == 60
