"""What the board decides, over HTTP (S1): a team and its future, an inquiry on each side."""

from typing import Any, Final

from tests.acceptance.doors import SCHEMAS
from tests.acceptance.town import Person, Town

BOARD: Final = {"registerNumber": "SCN-2022-00355", "decidedOn": "2022-11-22"}


async def strategist(town: Town) -> Person:
    person = await town.employ(
        "strategist", unit="strategic-support", role="strategic-support", side=None
    )
    await town.level()
    return person


async def decided(town: Town, who: Person, matter: str) -> str:
    reply = await who.post("/mandates", {**BOARD, "matter": matter}, expect=201)
    return str(reply["mandateId"])


async def test_a_team_from_its_mandate_to_its_future(town: Town) -> None:
    """Started under the decision, a pilot; what it costs against the year's budget; evaluated,
    made permanent; at last wound up, and everybody has left it. Who comes back is in it a second
    time, and which seats are filled, and by whom, is shown (S10, S57-S60, S71)."""
    support = await strategist(town)
    mandate = await decided(town, support, "team")
    manager = town["nexus manager"]
    started = await manager.post(f"/mandates/{mandate}/teams", expect=201)
    team = f"/teams/{started['teamId']}"
    pilot = {"leadUnit": "nexus", "pilotFrom": "2023-04-01", "pilotUntil": "2024-03-31"}
    await manager.post(f"{team}/establishments", pilot)
    member = {"staffId": str(town["nexus worker"].staff_id), "percentage": 100}
    await manager.post(f"{team}/members", member, expect=201)
    await manager.post(f"{team}/departures", {"staffId": member["staffId"]})
    await manager.post(f"{team}/members", {**member, "percentage": 50}, expect=201)
    back, before = (await manager.get(team))["members"]
    assert (back["percentage"], back["leftAt"]) == (50, None)
    assert before["percentage"] == 100
    assert before["joinedAt"] <= before["leftAt"] <= back["joinedAt"]
    assert [
        (it["unit"], it["seats"], [one["staffId"] for one in it["members"]], it["empty"])
        for it in (await manager.get(team))["seats"]
    ] == [("nexus", 2, [member["staffId"]], 1), ("childrens-intake", 1, [], 1)]
    costs = [
        {"periodFrom": "2023-04-01", "periodUntil": "2023-12-31", "kronor": 1_950_000},
        {"periodFrom": "2024-01-01", "periodUntil": "2024-03-31", "kronor": 660_000},
    ]
    for cost in costs:
        await manager.post(f"{team}/costs", cost, expect=201)
    refused = await manager.post(f"{team}/costs", costs[0], expect=409)
    assert "S71" in refused["detail"]
    shown = await manager.get(team)
    assert shown["registerNumber"] == BOARD["registerNumber"]
    assert [(it["year"], it["kronor"], it["budget"]) for it in shown["costYears"]] == [
        (2023, 1_950_000, 2_000_000),
        (2024, 660_000, 2_600_000),
    ]
    future: dict[str, Any] = {"registerNumber": "SCN-2024-00112", "decidedOn": "2024-04-20"}
    refused = await manager.post(f"{team}/futures", {**future, "future": "permanent"}, expect=409)
    assert "S58" in refused["detail"]
    evaluation = {"evaluatedOn": "2024-04-02", "recommendation": "permanent"}
    await manager.post(f"{team}/evaluations", evaluation)
    await manager.post(f"{team}/futures", {**future, "future": "permanent"})
    assert (await manager.get(team))["future"] == "permanent"
    await manager.post(f"{team}/futures", {**future, "future": "wound-up"})
    ended = await manager.get(team)
    assert ended["future"] == "wound-up"
    assert all(member["leftAt"] for member in ended["members"])
    support.position = manager.position
    works = (await support.get(f"/mandates/{mandate}"))["works"]
    assert [work["workId"] for work in works] == [started["teamId"]]


async def test_needs_are_counted_on_their_own_side(town: Town) -> None:
    """Expressed needs by group, met and by whom, or unmet; the review of the support for buyers
    does not exist for the exposed side, nor the inquiry for the other (S50, S51, S66, S68)."""
    support = await strategist(town)
    nexus, line = town["nexus manager"], town["line manager"]
    reception = await decided(town, support, "reception-inquiry")
    review = await decided(town, support, "buyer-support-review")
    await line.post(f"/mandates/{reception}/inquiries", expect=409)
    inquiry = (await nexus.post(f"/mandates/{reception}/inquiries", expect=201))["inquiryId"]
    other = (await line.post(f"/mandates/{review}/inquiries", expect=201))["inquiryId"]
    path = f"/inquiries/{inquiry}"
    need = {"kind": "counselling", "group": "sold-sex", "expressedOn": "2024-02-01"}
    for met_by in (None, "region", "region", "civil-society-samariterhemmet"):
        await nexus.post(f"{path}/needs", {**need, "metBy": met_by}, expect=201)
    waits = await town["homeless outreach"].post(f"{path}/needs", need, expect=201)
    await nexus.post(f"{path}/needs", {**need, "kind": "reception"}, expect=201)
    met = {"needId": waits["needId"], "metBy": "nexus"}
    await nexus.post(f"{path}/met-needs", met)
    await nexus.post(f"{path}/met-needs", met, expect=409)
    refused = await nexus.post(f"{path}/needs", {**need, "group": "buyers"}, expect=422)
    assert "S68" in refused["detail"]
    assert (await nexus.get(path))["needs"] == [
        {
            "group": "sold-sex",
            "kind": "counselling",
            "expressed": 5,
            "unmet": 1,
            "providers": [
                {"unit": "region", "met": 2},
                {"unit": "civil-society-samariterhemmet", "met": 1},
                {"unit": "nexus", "met": 1},
            ],
        },
        {"group": "sold-sex", "kind": "reception", "expressed": 1, "unmet": 1, "providers": []},
    ]
    await line.post(f"/inquiries/{other}/needs", {**need, "group": "buyers"}, expect=201)
    await town.level()
    for who, hidden, seen in ((nexus, other, inquiry), (line, inquiry, other)):
        await who.get(f"/inquiries/{hidden}", expect=404)
        await who.post(f"/inquiries/{hidden}/needs", need, expect=404)
        listed = (await who.get("/inquiries"))["items"]
        assert [it["inquiryId"] for it in listed] == [seen]
        assert await works(who, reception) == ([inquiry] if who is nexus else [])
        assert await works(who, review) == ([other] if who is line else [])
    await support.get("/inquiries", expect=403)
    assert await works(support, reception) == await works(support, review) == []
    await nexus.post(f"{path}/conclusions")
    await nexus.post(f"{path}/needs", need, expect=409)


async def works(who: Person, mandate: str) -> list[Any]:
    """What a decision started, as far as somebody is told."""
    return [work["workId"] for work in (await who.get(f"/mandates/{mandate}"))["works"]]


def test_no_field_of_an_inquiry_holds_a_person() -> None:
    """Codes, days, ids of needs and unit codes: nobody has a place in it (S66, S68)."""
    assert set(SCHEMAS["NewNeed"]["properties"]) == {"kind", "group", "expressedOn", "metBy"}
    assert set(SCHEMAS["MetNeed"]["properties"]) == {"needId", "metBy"}
