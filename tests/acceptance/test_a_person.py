"""Somebody is met before anybody knows who it is; then known; then found to be on record twice."""

from typing import Any

from tests.acceptance.town import Person, Town

NUMBER = "19900302-9817"


def met(**person: Any) -> dict[str, Any]:
    return {
        "source": "police",
        "channel": "phone",
        "concern": "prostitution",
        "account": "Anträffad i en lägenhet.",
        "person": {"role": "exposed", "assessedAdultBy": "Jourhavande", **person},
    }


async def opened(town: Town, body: dict[str, Any]) -> str:
    """A referral from the police, accepted by Nexus: its case."""
    police, manager = town["police officer"], town["nexus manager"]
    sent = await police.post("/referrals", body, expect=201)
    await town.level()
    return str((await manager.post(f"/referrals/{sent['referralId']}/acceptances"))["caseId"])


async def closed(manager: Person, case: str) -> None:
    etag = (await manager.get(f"/cases/{case}")).headers["ETag"]
    await manager.post(f"/cases/{case}/closures", {"outcome": "contact-lost"}, etag=etag)


async def test_unknown_then_known_then_found_twice(town: Town) -> None:
    """Random id and assertions; identified by number, which another record has; merged by a person
    across cases, found by search as one, and taken apart again with nothing lost."""
    manager = town["nexus manager"]
    known = await opened(town, met(number=NUMBER, name="Runa Dimvaka", bornOn="1990-03-02"))
    await closed(manager, known)
    unknown = await opened(town, met())

    said = {
        "source": "own-word",
        "level": "uncertain",
        "name": "Bella",
        "gender": "woman",
        "basis": "Säger att hon kallas så.",
    }
    await manager.post(f"/cases/{unknown}/identity-assertions", said, expect=201)
    shown = (await manager.get(f"/cases/{unknown}"))["identity"]
    assert (shown["name"], shown["gender"]) == (None, "unknown")
    assert shown["assertions"][0]["name"] == "Bella"

    found = {"name": "Runa Dimvaka", "number": NUMBER, "basis": "Pass."}
    findings = f"/cases/{unknown}/identity-findings"
    await manager.post(findings, {**found, "level": "uncertain"}, expect=422)
    identified = await manager.post(findings, {**found, "level": "confirmed"}, expect=201)
    assert identified["duplicateFound"] is True
    await town.level()
    [record] = (await manager.get(f"/cases/{unknown}/persons"))["items"]
    assert record["identity"]["level"] == "confirmed"
    assert record["identity"]["born"] == "1990-03-02"
    assert record["possibleDuplicates"] == 1

    merge = {"intoCaseId": known, "reason": "Samma pass vid båda tillfällena."}
    await manager.post(f"/cases/{unknown}/person-merges", merge, expect=201)
    await town.level()
    records = (await manager.get(f"/cases/{unknown}/persons"))["items"]
    assert {case["caseId"] for one in records for case in one["cases"]} == {known, unknown}
    searched = await manager.ask("/person-searches", {"number": NUMBER})
    assert {one["caseId"] for one in searched["cases"]} == {known, unknown}
    etag = (await manager.get(f"/cases/{known}")).headers["ETag"]
    await manager.post(f"/cases/{known}/reopenings", {"reason": "..."}, etag=etag, expect=409)

    why = {"reason": "Passet var systerns."}
    await manager.post(f"/cases/{unknown}/person-separations", why, expect=201)
    await town.level()
    assert len((await manager.get(f"/cases/{unknown}/persons"))["items"]) == 1
    await manager.post(f"/cases/{unknown}/person-separations", why, expect=409)


async def test_a_search_shows_what_one_may_see_and_leaves_its_hits(town: Town) -> None:
    """The other side's index is another one, a colleague who is not assigned sees the line only,
    and nobody but case workers and managers searches."""
    manager = town["nexus manager"]
    case = await opened(town, met(number=NUMBER, bornOn="1990-03-02"))
    await town.level()
    wanted = {"number": NUMBER}
    assert [one["caseId"] for one in (await manager.ask("/person-searches", wanted))["cases"]] == [
        case
    ]
    for who in ("line manager", "intake manager"):
        town[who].position = manager.position
        found = await town[who].ask("/person-searches", wanted)
        assert (found["cases"], found["referrals"]) == ([], [])
    for who in ("police officer", "youth outreach", "auditor", "administrator"):
        await town[who].ask("/person-searches", wanted, expect=403)
    refused = await manager.ask("/person-searches", {"number": "19900302-9816"}, expect=422)
    assert refused["errors"][0]["pointer"] == "/number"
