"""A tip: somebody looked at a neighbour's case. The auditor opens a review, finds it, asks the
manager, and closes it with a finding (section 6)."""

from datetime import date, timedelta
from typing import Any

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
    review = await open_review(town)
    shown = await auditor.get(f"/reviews/{review}")
    [looked] = [it for it in shown["items"] if it["who"]["staffId"] == str(curious.staff_id)]
    assert "no-assignment" in looked["flags"]
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
    asked = {"receipt": receipt, "question": "Hade hon något med ärendet att göra?"}
    manager.position = (await auditor.post(f"{path}/questions", asked))["position"]
    wrong = {"receipt": receipt, "judgement": "not-justified", "ground": "Grannar."}
    await auditor.post(f"{path}/judgements", wrong, expect=409)
    [question] = (await manager.get("/review-questions"))["items"]
    assert question["question"] == asked["question"]
    answer = {"receipt": receipt, "answer": "Nej. De bor i samma hus."}
    auditor.position = (await manager.post(f"{path}/answers", answer))["position"]
    await auditor.post(f"{path}/judgements", wrong)
    fine = {"judgement": "justified", "ground": "Hörde till arbetet."}
    for other in shown["items"]:
        if other["receipt"] != receipt:
            await auditor.post(f"{path}/judgements", {"receipt": other["receipt"], **fine})
    closing = {"conclusion": "En obefogad åtkomst; anmäld till chefen."}
    refused = await auditor.post(f"{path}/closures", closing, expect=409)
    assert refused["notFound"] == 1
    found = {"receipts": [receipt], "kind": "unjustified-access", "text": "Läste om sin granne."}
    await auditor.post(f"{path}/findings", found, expect=201)
    await auditor.post(f"{path}/closures", closing)
    line = (await auditor.get("/reviews"))["items"][0]
    assert (line["findings"], line["judged"]) == (1, line["drawn"])
    assert line["nextDue"] > str(today_in(town) + timedelta(days=150))
    told = await auditor.get(path)
    [mine] = [it for it in told["items"] if it["receipt"] == receipt]
    assert (mine["judgement"], mine["answer"]) == ("not-justified", answer["answer"])
    await auditor.post(f"{path}/reopenings", {"reason": "Ett nytt tips."})


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
