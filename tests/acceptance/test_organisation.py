"""The municipality is organised anew, told over HTTP."""

from datetime import date, timedelta

from api.runtime.organisation import UPPSALA
from tests.acceptance.test_a_day import referral
from tests.acceptance.town import Town

DOCUMENT = UPPSALA.read_text(encoding="utf-8")
NEW = DOCUMENT.replace('relatives_line = "support-line-three"', 'relatives_line = "family-unit"')
UNIT = """
[units.line-four]
name_sv = "Stödlinje fyra"
name_en = "Support Line Four"
department = "adults"
kind = "authority-work"
"""


async def test_a_new_unit_is_pointed_to_from_its_day(town: Town) -> None:
    """The administrator alone adopts it, every mistake is named, and from its day on the rules
    point to the new unit; the unit before it stays known."""
    administrator = town["administrator"]
    anybody = town.person(town["youth outreach"].staff_id)
    today = date.today()  # noqa: DTZ011, TID251 - the story happens today
    wrong = {"inForceFrom": today.isoformat(), "document": NEW}
    refused = await administrator.post("/organisations", wrong, expect=422)
    assert any("family-unit" in mistake for mistake in refused["mistakes"])

    document = NEW.replace("family-unit", "line-four") + UNIT
    wanted = {"inForceFrom": today.isoformat(), "document": document}
    await town["nexus manager"].post("/organisations", wanted, expect=403)
    yesterday = {**wanted, "inForceFrom": (today - timedelta(days=1)).isoformat()}
    await administrator.post("/organisations", yesterday, expect=422)
    assert (await administrator.get("/organisations"))["items"] == []
    await town["nexus manager"].get("/organisations", expect=403)

    a_relative = referral(
        "self", "close-violence", account="Söker stöd.", role="relative", age="adult"
    )
    assert (await _routed(town, a_relative))["unit"] == "support-line-three"
    await administrator.post("/organisations", wanted, expect=201)
    assert (await _routed(town, a_relative))["unit"] == "line-four"
    units = {unit["code"] for unit in (await anybody.get("/units"))["items"]}
    assert {"line-four", "support-line-three"} <= units
    [adopted] = (await administrator.get("/organisations"))["items"]
    assert (adopted["inForceFrom"], adopted["document"]) == (today.isoformat(), document)
    missing = {**wanted, "document": DOCUMENT}
    refused = await administrator.post("/organisations", missing, expect=422)
    assert refused["units"] == ["line-four"]


async def _routed(town: Town, body: dict[str, object]) -> dict[str, str]:
    reply = await town["youth outreach"].post("/referrals", body, expect=201)
    routing: dict[str, str] = reply["routing"]
    return routing
