"""A unit asks to take a case over, over HTTP: who is asked sees it, and who asked its answer."""

from typing import Any

from tests.acceptance.test_a_person import met
from tests.acceptance.town import Person, Town


async def listed(who: Person, direction: str, **query: Any) -> list[Any]:
    lines = (await who.get("/takeover-requests", direction=direction, **query))["items"]
    return [(line["takeoverId"], line["status"]) for line in lines]


async def test_a_request_and_its_answers(town: Town) -> None:
    """Nexus was told of somebody whose age is not known (R3), and asks for the case of the intake:
    it is declined, and asked for again, and offered; the other side hears of none of it."""
    unknown = met(assessedAdultBy=None)
    received = await town["police officer"].post("/referrals", unknown, expect=201)
    intake, nexus = town["intake manager"], town["nexus manager"]
    path = f"/referrals/{received['referralId']}"
    case = (await intake.post(f"{path}/acceptances"))["caseId"]
    nexus.position = intake.position
    why = {"reason": "Vi har mött personen förut."}
    asked = await nexus.post(f"{path}/takeover-requests", why, expect=201)
    intake.position = nexus.position
    first = asked["takeoverId"]
    assert await listed(intake, "in") == await listed(nexus, "out") == [(first, "waiting")]
    assert await listed(intake, "out") == await listed(nexus, "in") == []
    [line] = (await intake.get("/takeover-requests"))["items"]
    assert (line["caseId"], line["unit"], line["answeredAt"]) == (case, "nexus", None)
    decline = f"/cases/{case}/takeover-requests/{first}/declines"
    await intake.post(decline, {"explanation": "Åldern är inte fastställd."}, expect=422)
    why_not = {"reason": "rules-point-here", "explanation": "Åldern är inte fastställd."}
    await intake.post(decline, why_not)
    nexus.position = intake.position
    second = (await nexus.post(f"{path}/takeover-requests", why, expect=201))["takeoverId"]
    intake.position = nexus.position
    both = [(second, "waiting"), (first, "declined")]
    assert await listed(intake, "in") == await listed(nexus, "out") == both
    assert await listed(nexus, "out", status="declined") == both[1:]
    [told] = (await nexus.get("/takeover-requests", direction="out", status="declined"))["items"]
    assert (told["reason"], why_not["explanation"] in str(told)) == ("rules-point-here", False)
    etag = (await intake.get(f"/cases/{case}")).headers["ETag"]
    offer = {"toUnit": "nexus", "reason": "Ni känner personen."}
    await intake.post(f"/cases/{case}/handovers", offer, etag=etag, expect=201)
    nexus.position = intake.position
    assert await listed(nexus, "out", status="offered") == [(second, "offered")]
    stand = (await intake.get(f"/cases/{case}/overviews"))["takeoverRequests"]
    assert [(one["takeoverId"], one["status"]) for one in stand] == [
        (first, "declined"),
        (second, "offered"),
    ]
    assert all(one["answeredAt"] for one in stand)
    assert (stand[0]["declineReason"], stand[0]["reason"]) == (why_not["reason"], why["reason"])
    await town.level()
    assert await listed(town["line manager"], "in") == []
    await town["auditor"].get("/takeover-requests", expect=403)
