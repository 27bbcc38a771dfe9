"""What is due, over HTTP: listed in neutral words, kept or missed, and told on by time itself."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from api.runtime.clock import SimulatedClock
from api.runtime.timekeeping import Timekeeping
from api.runtime.wiring import Rooms, open_house
from domain.deadline import DeadlineEscalated, DeadlineMissed
from domain.majority import MonthReckoned
from tests.acceptance import test_a_day as a_day
from tests.acceptance.test_nothing_in_the_clear import accepted, with_etag
from tests.acceptance.town import Person, Reply, Town

TELLING = ("protection", "preliminary", "skydd", "förhands", "majority", "18")


async def report(town: Town, name: str, born_on: str) -> str:
    body = a_day.referral(
        "youth-outreach", "fares-badly", account="Sover ute.", name=name, bornOn=born_on
    )
    sent = await town["youth outreach"].post("/referrals", body, expect=201)
    await town.level()
    return str(sent["referralId"])


async def due(who: Person, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await who.get("/deadlines", **query))["items"]
    return items


async def in_time(town: Town, later: timedelta, *servers: Rooms) -> None:
    """A round of the time service of each server, whose clocks are later than ours."""
    await town.level()
    views = town.rooms.house.views
    clock = SimulatedClock(town.rooms.house.desk.clock.now() + later)
    houses = [rooms.house for rooms in servers or (town.rooms,)]
    rounds = [
        Timekeeping(replace(house.desk, clock=clock), views, house.receipts) for house in houses
    ]
    await asyncio.gather(*(each.tell() for each in rounds))
    await town.level()


async def decisions(who: Person, path: str, listed: Reply) -> list[tuple[str, str, str]]:
    """Which clocks the decisions in a list are, told apart in the file itself, with their law."""
    stand = {it["deadlineId"]: it for it in (await who.get(path))["deadlines"]}
    lines = [stand[it["deadlineId"]] for it in listed["items"] if it["kind"] == "decision"]
    return [(it["clock"], it["statute"], it["section"]) for it in lines]


async def test_a_report_is_assessed_in_time(town: Town) -> None:
    """The unit's list says what is due, in neutral words; the assigned worker reads which clocks
    ran; nobody else sees either."""
    referral = await report(town, "Alva Granlund", a_day.born(15))
    manager, worker = town["intake manager"], town["intake worker"]
    listed = await manager.get("/deadlines", fileId=referral)
    assert [line["kind"] for line in listed["items"]] == ["decision", "answer", "decision"]
    assert listed["counts"]["running"] == 3
    assert not any(word in str(listed.json).lower() for word in TELLING[:5])
    assert await due(town["nexus manager"]) == []
    path = f"/referrals/{referral}"
    assert await decisions(manager, path, listed) == [
        ("protection-assessment", "SoL 2025:400", "20:1"),
        ("preliminary-assessment", "SoL 2025:400", "20:2"),
    ]
    ground = {"ground": "Trygg hos mormor."}
    early = {"opensInvestigation": True, "ground": "Oro."}
    await worker.post(f"{path}/preliminary-assessments", early, expect=409)
    assessed = {"neededAtOnce": False, **ground}
    await worker.post(f"{path}/protection-assessments", assessed, expect=201)
    await worker.post(f"{path}/feedback-requests")
    [decision] = await due(worker, fileId=referral, kind="decision")
    ends = datetime.fromisoformat(decision["due"])
    until = (ends + timedelta(days=14)).isoformat()
    extension = f"{path}/deadlines/{decision['deadlineId']}/extensions"
    await worker.post(extension, {"until": until, "ground": " "}, expect=422)
    longer = {"until": (ends + timedelta(days=15)).isoformat(), "ground": "Synnerliga skäl."}
    await worker.post(extension, longer, expect=422)  # than it runs itself
    extended = await worker.post(extension, {"until": until, "ground": "Synnerliga skäl."})
    assert datetime.fromisoformat(extended["due"]) == datetime.fromisoformat(until)
    await worker.post(f"{path}/preliminary-assessments", early, expect=201)
    told = (await worker.get(path))["circumstances"]
    assert told["protection"]["ground"] == "Trygg hos mormor."
    assert told["preliminary"]["opensInvestigation"]
    assert "feedbackAskedAt" in told
    met = await due(worker, fileId=referral, status="met")
    assert [line["kind"] for line in met] == ["decision", "decision"]
    await worker.post(f"{path}/feedbacks", {"told": "Utredning inleds."}, expect=201)

    manager.position = worker.position
    case = await accepted(manager, referral)
    await with_etag(manager, case, "assignments", {"workerId": str(worker.staff_id)})
    worker.position = manager.position
    told = await worker.get(f"/cases/{case}/timeline-entries", limit="100")
    kinds = {entry["kind"] for entry in told["items"]}
    assert {"protection-assessed", "preliminary-assessment-decided", "feedback-given"} < kinds
    clocks = [entry["details"].get("clock") for entry in told["items"]]
    assert {"protection-assessment", "preliminary-assessment", "reporter-feedback"} < set(clocks)
    [opening] = await due(worker, workerId=str(worker.staff_id))
    assert (opening["kind"], opening["status"]) == ("decision", "running")
    await worker.post(f"/cases/{case}/investigations", expect=201)
    overview = (await worker.get(f"/cases/{case}/overviews"))["deadlines"]
    assert {it["clock"]: it["status"] for it in overview}["protection-assessment"] == "met"
    clocked = [line["kind"] for line in await due(worker, workerId=str(worker.staff_id))]
    assert sorted(clocked) == ["conclusion", "notice"]


async def test_who_declined_a_report_tells_who_asked(town: Town) -> None:
    """What is still owed of a referral that was declined lies with the unit that declined it."""
    referral = await report(town, "Alva Granlund", a_day.born(15))
    manager, path = town["intake manager"], f"/referrals/{referral}"
    assessed = {"neededAtOnce": False, "ground": "Trygg hos mormor."}
    await manager.post(f"{path}/protection-assessments", assessed, expect=201)
    await manager.post(f"{path}/feedback-requests")
    declined = {"reason": "other-municipality", "explanation": "Bor i Enköping."}
    await manager.post(f"{path}/declines", declined)
    await town.level()
    assert [line["kind"] for line in await due(manager)] == ["notice"]
    assert await due(town["nexus manager"]) == []


async def test_what_is_late_is_told_once_and_escalated(town: Town) -> None:
    """By time itself, to both units of a handover, again and again until it is answered."""
    referral = await report(town, "Bea Lind", a_day.born(14))
    manager, worker, nexus = town["intake manager"], town["intake worker"], town["nexus manager"]
    case = await accepted(manager, referral)
    await with_etag(manager, case, "assignments", {"workerId": str(worker.staff_id)})
    offer = {"toUnit": "nexus", "reason": "Prövas."}
    etag = (await manager.get(f"/cases/{case}")).headers["ETag"]
    offered = await manager.post(f"/cases/{case}/handovers", offer, etag=etag, expect=201)
    await in_time(town, timedelta(days=30))
    head = await town.rooms.facts.head()
    await in_time(town, timedelta(days=30))
    assert await town.rooms.facts.head() == head
    manager.position = nexus.position = 0
    [left], [answer] = await due(manager, kind="answer"), await due(nexus, kind="answer")
    assert left == answer
    assert (answer["status"], answer["timesEscalated"] > 0) == ("missed", True)
    [assessment, _] = await due(worker, kind="decision", workerId=str(worker.staff_id))
    assert assessment["status"] == "missed"
    assert assessment["caseId"] == case
    await in_time(town, timedelta(days=40))
    [again] = await due(nexus, kind="answer")
    assert again["timesEscalated"] > answer["timesEscalated"]
    handover = f"/cases/{case}/handovers/{offered['handoverId']}"
    await nexus.post(f"{handover}/acceptances")
    assert await due(nexus, kind="answer") == []
    assert len(await due(nexus)) == 2  # the report's own, which come along with the case
    etag = (await nexus.get(f"/cases/{case}")).headers["ETag"]
    closing = f"/cases/{case}/closures", {"outcome": "needs-met"}
    await nexus.post(*closing, etag=etag, expect=409)
    path, ground = f"/referrals/{referral}", {"ground": "Trygg hos mormor."}
    await nexus.post(
        f"{path}/protection-assessments", {"neededAtOnce": False, **ground}, expect=201
    )
    not_opened = {"opensInvestigation": False, **ground}
    await nexus.post(f"{path}/preliminary-assessments", not_opened, expect=201)
    await nexus.post(*closing, etag=etag)


async def test_who_turns_18_is_prepared_for(town: Town) -> None:
    """R13: told in a month's batch, with a receipt that an auditor finds; due with the month."""
    today = date.today()  # noqa: DTZ011, TID251 - ages are told today
    months = today.year * 12 + today.month - 1 + 4 - 12 * 18
    born_on = date(months // 12, months % 12 + 1, 17)
    referral = await report(town, "Cia Borg", born_on.isoformat())
    manager, worker = town["intake manager"], town["intake worker"]
    case = await accepted(manager, referral)
    await with_etag(manager, case, "assignments", {"workerId": str(worker.staff_id)})
    await town.level()
    await in_time(town, timedelta(0))
    await in_time(town, timedelta(0))
    [review] = await due(worker, kind="review", fileId=case)
    assert datetime.fromisoformat(review["due"]).astimezone().date() < born_on.replace(
        year=born_on.year + 18
    )
    told = await worker.get(f"/cases/{case}/timeline-entries", limit="100")
    assert [entry["kind"] for entry in told["items"]].count("majority-approaching") == 1
    readings = await town["auditor"].get(f"/cases/{case}/readings", limit="100")
    assert [line["purpose"] for line in readings["items"]].count("clock") == 1


async def test_two_servers_tell_everything_once(town: Town) -> None:
    """After days of downtime both begin at the same moment: each fact stands in the log once."""
    children = [await report(town, f"Barn {number}", a_day.born(12)) for number in range(6)]
    await accepted(town["intake manager"], children[0])
    async with open_house(town.settings, town.addresses, follow=False) as other:
        for _ in range(3):  # whoever was slower over one file finds it told
            await in_time(town, timedelta(days=50), town.rooms, other)
    facts = await town.rooms.facts.read(0, 1000)
    told = Counter(
        (fact.stream, fact.event.deadline, getattr(fact.event, "times", 0))
        for fact in facts
        if isinstance(fact.event, DeadlineMissed | DeadlineEscalated)
    )
    assert set(told.values()) == {1}
    assert sum(isinstance(fact.event, DeadlineMissed) for fact in facts) == 17  # one was answered
    assert sum(isinstance(fact.event, DeadlineEscalated) for fact in facts) == 5
    assert sum(isinstance(fact.event, MonthReckoned) for fact in facts) == 1


async def test_a_declined_handover_escalates(town: Town) -> None:
    """R2: a decline that the receiving unit's manager has not confirmed leaves the offer standing;
    when its time is over it is brought to both managers, and answered all the same."""
    referral = await report(town, "Disa Norr", a_day.born(14))
    manager, nexus, worker = town["intake manager"], town["nexus manager"], town["nexus worker"]
    case = await accepted(manager, referral)
    path, offer = f"/cases/{case}", {"toUnit": "nexus", "reason": "Flyttar hit."}
    etag = (await manager.get(path)).headers["ETag"]
    offered = await manager.post(f"{path}/handovers", offer, etag=etag, expect=201)
    handover = f"{path}/handovers/{offered['handoverId']}"
    await town.level()
    why = {"reason": "other-municipality", "explanation": "Bor i Enköping."}
    await worker.post(f"{handover}/declines", {**why, "reason": "capacity"}, expect=422)
    await worker.post(f"{handover}/declines", why)
    assert (await manager.get(path))["unit"] == "childrens-intake"
    await in_time(town, timedelta(days=30))
    for both in (manager, nexus):
        [answer] = await due(both, kind="answer", fileId=case)
        assert (answer["status"], answer["timesEscalated"] > 0) == ("missed", True)
    await worker.post(f"{handover}/decline-refusals", expect=403)
    await nexus.post(f"{handover}/decline-refusals")
    await nexus.post(f"{handover}/acceptances")
    assert (await nexus.get(path))["unit"] == "nexus"
    await town.level()
    assert await due(nexus, kind="answer", fileId=case) == []


async def test_a_17_year_old_turns_18(town: Town) -> None:
    """R13, S85: the transition is due before the birthday; what rests on a guardian's consent ends
    with it, and the case goes over to the adults' unit, whose it is from then on."""
    today = date.today()  # noqa: DTZ011, TID251 - ages are told today
    months = today.year * 12 + today.month - 1 + 3 - 12 * 18
    born_on = date(months // 12, months % 12 + 1, 9)
    manager, nexus = town["intake manager"], town["nexus manager"]
    case = await accepted(manager, await report(town, "Elin Ros", born_on.isoformat()))
    path = f"/cases/{case}"
    await town.level()
    coordinator = await town.employ(
        "coordinator", unit="regional-coordinators", role="regional-coordinator"
    )
    await town.level()
    guardian = await manager.post(f"{path}/guardians", {"name": "Ylva Ros"}, expect=201)
    consent = {
        "kinds": ["identity", "contact", "circumstances"],
        "receiver": "regional-coordinators",
        "giver": "guardian",
        "guardianId": guardian["guardianId"],
    }
    await manager.post(f"{path}/consents", consent, expect=201)
    engaged = {"coordinatorId": str(coordinator.staff_id)}
    await manager.post(f"{path}/coordinator-engagements", engaged)
    await in_time(town, timedelta(0))
    [review] = await due(manager, kind="review", fileId=case)
    assert review["status"] == "running"
    await coordinator.get(path)

    await in_time(town, timedelta(days=150))
    await coordinator.get(path, expect=404)
    told = await manager.get(f"{path}/timeline-entries", limit="100")
    kinds = [entry["kind"] for entry in told["items"]]
    assert kinds.count("majority-reached") == 1
    [review] = await due(manager, kind="review", fileId=case)
    assert review["status"] == "missed"
    offer = {"toUnit": "nexus", "reason": "Har fyllt 18."}
    etag = (await manager.get(path)).headers["ETag"]
    offered = await manager.post(f"{path}/handovers", offer, etag=etag, expect=201)
    await town.level()
    await nexus.post(f"{path}/handovers/{offered['handoverId']}/acceptances")
    await town.level()
    assert (await nexus.get(path))["unit"] == "nexus"
    assert await due(nexus, kind="review", fileId=case) == []
    await manager.get(path, expect=404)
