"""Activities over HTTP (R7, S35, S37, S44-S49, S54, S72, S73, S79)."""

from typing import Any, Final

import pytest

from tests.acceptance.doors import SCHEMAS
from tests.acceptance.town import Town

PLAN: Final[dict[str, Any]] = {
    "kind": "prevention",
    "plannedOn": "2024-02-01",
    "place": "school",
    "audience": "pupils",
    "ageBand": "aged-16-to-21",
    "partners": ["schools"],
}


async def test_what_is_planned_is_held_and_counted(town: Town) -> None:
    """Nexus leads it with the coordinators; held, its reach is added up by age band (R7, S73)."""
    worker, path = town["nexus worker"], ""
    for number in (1, 2):
        planned = await worker.post("/activities", PLAN, expect=201)
        assert planned["responsibleUnits"] == ["nexus"]
        assert planned["cooperatingUnits"] == ["regional-coordinators"]
        path = f"/activities/{planned['activityId']}"
        held = {"heldOn": f"2024-02-0{number}", "reached": 30 * number, "schools": number}
        await worker.post(f"{path}/holdings", held)
    shown = await worker.get(path)
    assert (shown["status"], shown["reached"], shown["schools"]) == ("held", 60, 2)
    await worker.post(f"{path}/cancellations", {"reason": "too-few"}, expect=409)
    wrong = {"reason": "miscounted", "heldOn": "2024-02-02", "reached": 50, "schools": 2}
    await worker.post(f"{path}/corrections", wrong)
    assert (await worker.get(path))["reached"] == 50
    sums = (await worker.get("/activity-reaches"))["items"]
    expected = {"year": 2024, "kind": "prevention", "ageBand": "aged-16-to-21"}
    assert sums == [{**expected, "held": 2, "reached": 80, "schools": 3}]


async def test_a_campaign_is_led_jointly_and_has_no_age_band(town: Town) -> None:
    """R7, in the answer and in the refusal."""
    worker = town["nexus worker"]
    campaign = {**PLAN, "kind": "information-campaign", "place": "online", "audience": "public"}
    refused = await worker.post("/activities", campaign, expect=422)
    assert "R7" in refused["detail"]
    planned = await worker.post("/activities", {**campaign, "ageBand": None}, expect=201)
    assert planned["responsibleUnits"] == ["nexus", "regional-coordinators"]
    assert planned["cooperatingUnits"] == []
    outreach = town["youth outreach"]
    refused = await outreach.post("/activities", {**PLAN, "kind": "coordination"}, expect=403)
    assert "S35" in refused["detail"]


@pytest.mark.parametrize(
    "told",
    [{"person": {"name": "Ada"}}, {"note": "Ada var med."}, {"name": "Ada"}, {"partners": ["ada"]}],
)
async def test_a_persons_identity_cannot_be_put_in(town: Town, told: dict[str, Any]) -> None:
    """Whoever tries is refused, and nothing is recorded (S79)."""
    head = await town.rooms.facts.head()
    await town["nexus worker"].post("/activities", {**PLAN, **told}, expect=422)
    assert await town.rooms.facts.head() == head


@pytest.mark.parametrize("body", ["NewActivity", "Holding", "ActivityCorrection", "Cancellation"])
def test_no_field_holds_a_text(body: str) -> None:
    """Codes, days, numbers and unit codes: there is nowhere to write a name (S79)."""
    for name, told in SCHEMAS[body]["properties"].items():
        for schema in told.get("anyOf", [told]):
            held = schema.get("items", schema)
            free = held.get("type") == "string" and "format" not in held and "enum" not in held
            assert not free or held.get("pattern", "").startswith("^[a-z0-9]+("), name
