"""Break-glass over HTTP: opened with a reason, told to the manager at once, ended by the clock."""

from datetime import datetime, timedelta
from uuid import UUID

from projections import access, emergencies
from tests.acceptance.test_a_person import NUMBER, met, opened
from tests.acceptance.town import Reply, Town

REASON = {"reason": "Ringer och är i fara; handläggaren nås inte."}


async def test_the_glass_is_broken_and_the_manager_knows(town: Town) -> None:
    """A colleague who is not assigned reads the case after having said why; the manager sees it at
    once, the case's own story and the list of who has read it tell it, and it ends by the clock
    alone (section 5)."""
    case = await opened(town, met(name="Elin Marklund", number=NUMBER))
    await town.level()
    colleague, manager = town["nexus colleague"], town["nexus manager"]
    await colleague.get(f"/cases/{case}/notes", expect=403)
    taken = await colleague.post(f"/cases/{case}/emergency-accesses", REASON, expect=201)
    assert taken["caseIds"] == [case]
    read = await colleague.get(f"/cases/{case}")
    assert read["identity"]["name"] == "Elin Marklund"
    await colleague.get(f"/cases/{case}/notes")
    await colleague.post(f"/cases/{case}/notes", {"text": "Får inte."}, expect=403)
    manager.position = colleague.position
    [told] = (await manager.get("/emergency-accesses"))["items"]
    assert (told["caseId"], told["reason"]) == (case, REASON["reason"])
    assert told["who"]["staffId"] == str(colleague.staff_id)
    names = [e["name"] for e in (await manager.get(f"/cases/{case}/timeline-entries"))["items"]]
    assert names.count("case.access-taken") == 1
    assert await town.rooms.house.views.ask(emergencies.standing) == 1
    readings = (await town["auditor"].get(f"/cases/{case}/readings"))["items"]
    theirs = [it for it in readings if it["who"]["staffId"] == str(colleague.staff_id)]
    told = {(it["operation"], it["outcome"], it["purpose"]) for it in theirs}
    assert ("readCase", "answered", "emergency") in told
    assert ("takeEmergencyAccess", "answered", "emergency") in told
    await _ended_by_the_clock(town, colleague.staff_id, taken)


async def _ended_by_the_clock(town: Town, staff: UUID, taken: Reply) -> None:
    """Nothing else must happen for it to end."""
    until = datetime.fromisoformat(taken["until"])
    for moment, stands in ((until - timedelta(seconds=1), True), (until, False)):
        known = await town.rooms.house.views.ask(access.viewers, [staff], moment)
        assert bool(known[staff].emergencies) is stands


async def test_there_is_no_emergency_across_a_side(town: Town) -> None:
    """By its id or by the number, what lies on another side does not exist; nor for somebody who
    carries no cases (S76-S78). Whoever may read the case as it is needs no emergency."""
    case = await opened(town, met(name="Elin Marklund", number=NUMBER))
    await town.level()
    other, path = town["line manager"], f"/cases/{case}/emergency-accesses"
    by_number = {**REASON, "number": NUMBER}
    unknown = await other.post(f"/cases/{UUID(int=5)}/emergency-accesses", REASON, expect=404)
    hidden = await other.post(path, REASON, expect=404)
    assert hidden["detail"] == unknown["detail"]
    await other.post("/emergency-accesses", by_number, expect=404)
    await town["youth outreach"].post(path, REASON, expect=403)
    await town["nexus manager"].post(path, REASON, expect=409)
    found = await town["intake worker"].post("/emergency-accesses", by_number, expect=201)
    assert found["caseIds"] == [case]
    seen = await town["intake worker"].get(f"/cases/{case}")
    assert seen["identity"]["name"] == "Elin Marklund"
