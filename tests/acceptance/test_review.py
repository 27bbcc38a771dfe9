"""A tip: somebody looked at a neighbour's case. The auditor opens a review, finds it, asks the
manager, and closes it with a finding (section 6)."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from api.house import PastReading
from domain.codes import StaffRole
from domain.policy import Viewer
from tests.acceptance.command_line import said_to
from tests.acceptance.test_a_person import NUMBER, met, opened
from tests.acceptance.town import Reply, Town

TIP = "Tips: någon på Nexus har läst om sin granne."


async def test_a_tip_is_followed_to_a_finding(town: Town) -> None:
    """From the tip to the finding, and to the day on which the next review is due."""
    case = await opened(town, met(name="Elin Marklund", number=NUMBER))
    await town.level()
    curious, auditor = town["nexus colleague"], town["auditor"]
    await curious.get(f"/cases/{case}")
    await town["line manager"].get(f"/cases/{case}", expect=404)
    in_danger = {"number": NUMBER, "reason": "Är i fara."}
    await town["intake worker"].post("/emergency-accesses", in_danger, expect=201)
    review = await open_review(town)
    shown = await auditor.get(f"/reviews/{review}")
    [looked] = [it for it in shown["items"] if it["who"]["staffId"] == str(curious.staff_id)]
    assert "no-assignment" in looked["flags"]
    [taken] = [it for it in shown["items"] if it["operation"] == "takeEmergencyAccessByNumber"]
    assert "broken-glass" in taken["flags"]
    assert (looked["fileId"], looked["operation"]) == (case, "readCase")
    assert TIP not in str((await auditor.get("/reviews")).json)
    await the_wall_was_tried(town, shown)
    await it_is_worked_through(town, review, looked["receipt"], shown)


def today_in(town: Town) -> date:
    desk = town.rooms.house.desk
    return desk.calendar.day_of(desk.clock.now())


async def open_review(town: Town, **more: Any) -> str:
    today, auditor = today_in(town), town["auditor"]
    scope = {"periodFrom": str(today - timedelta(days=30)), "periodUntil": str(today), "size": 2}
    new = await auditor.post("/reviews", {**scope, "ground": TIP, **more}, expect=201)
    return str(new["reviewId"])


async def the_wall_was_tried(town: Town, shown: Reply) -> None:
    """Whoever tried across a compartment was told that there is nothing; the review sees it."""
    tried = str(town["line manager"].staff_id)
    [access] = [it for it in shown["items"] if it["who"]["staffId"] == tried]
    assert "across-sides" in access["flags"]
    assert access["outcome"] == "not-found"


async def it_is_worked_through(town: Town, review: str, receipt: int, shown: Reply) -> None:
    auditor, manager, path = town["auditor"], town["nexus manager"], f"/reviews/{review}"
    first_due = (await auditor.get("/reviews"))["nextDue"]
    assert first_due > str(today_in(town) + timedelta(days=150))  # since the house was founded
    asked = {"receipt": receipt, "question": "Hade hon något med ärendet att göra?"}
    manager.position = (await auditor.post(f"{path}/questions", asked))["position"]
    wrong = {"receipts": [receipt], "judgement": "not-justified", "ground": "Grannar."}
    await auditor.post(f"{path}/judgements", wrong, expect=409)
    [question] = (await manager.get("/review-questions"))["items"]
    assert question["question"] == asked["question"]
    answer = {"receipt": receipt, "answer": "Nej. De bor i samma hus."}
    auditor.position = (await manager.post(f"{path}/answers", answer))["position"]
    await auditor.post(f"{path}/judgements", wrong)
    fine = {"judgement": "justified", "ground": "Hörde till arbetet."}
    others = [it["receipt"] for it in shown["items"] if it["receipt"] != receipt]
    await auditor.post(f"{path}/judgements", {"receipts": others, **fine})
    closing = {"conclusion": "En obefogad åtkomst; anmäld till chefen."}
    refused = await auditor.post(f"{path}/closures", closing, expect=409)
    assert refused["notFound"] == 1
    found = {"receipts": [receipt], "kind": "unjustified-access", "text": "Läste om sin granne."}
    await auditor.post(f"{path}/findings", found, expect=201)
    await auditor.post(f"{path}/closures", closing)
    listed = await auditor.get("/reviews")
    line = listed["items"][0]
    assert listed["nextDue"] == line["nextDue"]
    assert (line["findings"], line["judged"]) == (1, line["drawn"])
    assert line["nextDue"] > str(today_in(town) + timedelta(days=150))
    told = await auditor.get(path)
    [mine] = [it for it in told["items"] if it["receipt"] == receipt]
    assert (mine["judgement"], mine["answer"]) == ("not-justified", answer["answer"])
    await it_is_counted(town, review)
    await auditor.post(f"{path}/reopenings", {"reason": "Ett nytt tips."})
    assert (await auditor.get("/reviews"))["nextDue"] == first_due


async def it_is_counted(town: Town, review: str) -> None:
    """In all, by flag and by unit; with what was found."""
    told = await town["auditor"].get("/review-statistics")
    shown = await town["auditor"].get(f"/reviews/{review}")
    drawn = len(shown["items"])
    counted = {"drawn": drawn, "justified": drawn - 1, "notJustified": 1}
    assert told["total"] == {**counted, "asked": 0, "notJudged": 0}
    by_flag = {one["flag"]: one["tally"]["notJustified"] for one in told["flags"]}
    assert (by_flag["no-assignment"], by_flag["across-sides"]) == (1, 0)
    assert sum(one["tally"]["drawn"] for one in told["units"]) == drawn
    assert [one["text"] for one in told["findings"]] == ["Läste om sin granne."]
    await town["nexus manager"].get("/review-statistics", expect=403)


async def test_the_house_must_review_from_when_it_was_founded(town: Town) -> None:
    """Never reviewed is overdue, once its time has passed."""
    rooms = town.rooms
    assert (await rooms.views.alarms())["review-overdue"] == 0
    async with await rooms.connect() as connection:
        await connection.execute(
            f"update {rooms.schema}.review_starts"  # noqa: S608 - a name of our own
            " set started_at = started_at - interval '7 months'"
        )
    assert (await rooms.views.alarms())["review-overdue"] == 1
    listed = await town["auditor"].get("/reviews")
    assert (listed["isOverdue"], listed["items"]) == (True, [])


async def test_the_same_seed_draws_the_same_sample(town: Town) -> None:
    """Until the same receipt, with the same seed: the same sample; and nobody else opens one."""
    case = await opened(town, met(name="Elin Marklund", number=NUMBER))
    for _ in range(8):
        await town["nexus manager"].get(f"/cases/{case}")
    auditor = town["auditor"]
    drawn = []
    for _ in range(2):
        shown = await auditor.get(f"/reviews/{await open_review(town, seed=4711)}")
        drawn.append([it["receipt"] for it in shown["items"] if it["sampled"]])
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 2
    await town["nexus manager"].post("/reviews", {}, expect=422)
    await town["nexus manager"].get("/reviews", expect=403)


async def test_content_is_read_for_a_stated_purpose(town: Town) -> None:
    """What the events say, an auditor reads only with the review's purpose on record (section 6);
    notes and the person are not among it."""
    case = await opened(town, met(name="Elin Marklund", number=NUMBER))
    auditor = town["auditor"]
    await town.level()
    await auditor.get(f"/cases/{case}/event-contents", expect=422)
    await auditor.get(f"/cases/{case}/event-contents", expect=400, purpose="case-work")
    told = await auditor.get(f"/cases/{case}/event-contents", purpose="review")
    assert "case.opened" in {event["kind"] for event in told["items"]}
    assert "Elin Marklund" not in str(told.json)


async def receipts_of(town: Town) -> list[PastReading]:
    """Every receipt that is left until now."""
    clock = town.rooms.house.desk.clock
    auditor = Viewer(
        staff=town["auditor"].staff_id, role=StaffRole.AUDITOR, unit="administration", side=None
    )
    first = clock.now() - timedelta(days=1)
    found, _ = await town.rooms.house.receipts.readings_between(auditor, first, clock.now())
    return list(found)


def opening(town: Town) -> list[str]:
    today = str(today_in(town))
    return ["open", "--from", today, "--until", today, "--size", "2", "--text-file", "-"]


async def test_a_review_is_opened_and_judged_on_the_command_line(town: Town) -> None:
    """By an auditor, as at the doors: many at once on one ground. Who may not is told so; every
    command leaves its receipt, refused or not."""
    case = await opened(town, met(name="Elin Marklund", number=NUMBER))
    await town["nexus manager"].get(f"/cases/{case}")
    auditor = town["auditor"]
    said = await said_to(town, auditor, "review", *opening(town), told=TIP)
    [review] = re.findall(r"opened ([0-9a-f-]{36}): of", said)
    judging = ["judge", review, "justified", "--rest", "--text-file", "-"]
    refused = await said_to(town, town["nexus colleague"], "review", *judging, told="Nej.", ends=1)
    assert "does not permit" in refused
    assert "judged" in await said_to(town, auditor, "review", *judging, told="Hörde till arbetet.")
    await town.level()
    [line] = (await auditor.get("/reviews"))["items"]
    assert line["judged"] == line["drawn"] > 0
    left = [one.reading for one in await receipts_of(town) if one.reading]
    told = [
        (one.what, one.outcome, one.reader)
        for one in left
        if one.what.startswith("samordna") and review in map(str, one.subjects)
    ]
    colleague = town["nexus colleague"].staff_id
    assert ("samordna review judge", "not-permitted", colleague) in told
    assert ("samordna review open", "answered", auditor.staff_id) in told
    assert ("samordna review judge", "answered", auditor.staff_id) in told


@pytest.mark.full
async def test_a_review_is_worked_through_on_the_command_line(town: Town) -> None:
    """Listed, shown, asked about, found, closed and reopened, each by its command."""
    case = await opened(town, met(name="Elin Marklund", number=NUMBER))
    await town.level()
    await town["nexus colleague"].get(f"/cases/{case}")
    auditor, manager = town["auditor"], town["nexus manager"]

    async def said(*words: str, told: str = "", ends: int = 0) -> str:
        return await said_to(town, auditor, "review", *words, told=told, ends=ends)

    [review] = re.findall(r"opened (\S+):", await said(*opening(town), told=TIP))
    await town.level()
    shown = await auditor.get(f"/reviews/{review}")
    curious = str(town["nexus colleague"].staff_id)
    [one] = [it for it in shown["items"] if it["who"]["staffId"] == curious]
    receipt = str(one["receipt"])
    assert re.search(rf"{receipt} .*readCase.*no-assignment", await said("sample", review))
    text = ["--text-file", "-"]
    await said("ask", review, "--receipt", receipt, *text, told="Varför läste hon?")
    wrong = ["judge", review, "not-justified", "--receipt", receipt, *text]
    assert "manager" in await said(*wrong, told="Grannar.", ends=1)
    await town.level()
    answer = {"receipt": one["receipt"], "answer": "Vet inte."}
    await manager.post(f"/reviews/{review}/answers", answer)
    assert "judged 1" in await said(*wrong, told="Grannar.")
    await said("judge", review, "justified", "--rest", *text, told="Hörde till arbetet.")
    assert "finding" in await said("close", review, *text, told="Klart.", ends=1)
    found = ["find", review, "unjustified-access", "--receipt", receipt, *text]
    await said(*found, told="Läste om sin granne.")
    await said("close", review, *text, told="En obefogad åtkomst.")
    assert "Läste om sin granne." in await said("findings", review)
    assert re.search(rf"{review}.*next due 20", await said("list"), re.DOTALL)
    await said("reopen", review, *text, told="Ett nytt tips.")
    assert re.search(rf"{review}.* open ", await said("list"))
