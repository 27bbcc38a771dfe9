"""Somebody is met before anybody knows who it is; then known; then found to be on record twice."""

from typing import Any

from tests.acceptance.test_a_day import born
from tests.acceptance.town import Person, Town

NUMBER = "19900302-9817"
CHILDS_NUMBER = "20120302-9812"


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
    assert "duplicateFound" not in identified.json
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


async def test_a_double_is_told_to_whoever_may_see_a_file_of_the_other(town: Town) -> None:
    """A number that only another unit's files know says nothing to who tries it: neither in the
    answer, nor among the records, nor in the timeline."""
    manager, intake = town["nexus manager"], town["intake manager"]
    child = {"role": "exposed", "number": CHILDS_NUMBER, "name": "Moa Silverå"}
    body = {**met(), "person": child}
    sent = await town["police officer"].post("/referrals", body, expect=201)
    await town.level()
    theirs = (await intake.post(f"/referrals/{sent['referralId']}/acceptances"))["caseId"]
    case = await opened(town, met())
    await manager.get(f"/cases/{theirs}", expect=404)
    found = {"name": "Moa Silverå", "number": CHILDS_NUMBER, "level": "confirmed", "basis": "Pass."}
    done = await manager.post(f"/cases/{case}/identity-findings", found, expect=201)
    assert "duplicateFound" not in done.json
    await town.level()
    [record] = (await manager.get(f"/cases/{case}/persons"))["items"]
    assert record["possibleDuplicates"] == 0
    told = (await manager.get(f"/cases/{case}/timeline-entries", limit="100"))["items"]
    assert "person.duplicate-noted" not in {entry["name"] for entry in told}


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


async def test_a_protected_identity_is_near_to_few(town: Town) -> None:
    """The assigned worker and the unit manager see the case, and nobody the contact; a colleague
    finds nothing, in lists, by search or by id; lifted, it is as before."""
    manager, worker, colleague = (
        town[who] for who in ("nexus manager", "nexus worker", "nexus colleague")
    )
    body = met(number=NUMBER, bornOn="1990-03-02", contact="Nås hos en vän.")
    case = await opened(town, body)
    etag = (await manager.get(f"/cases/{case}")).headers["ETag"]
    to = {"workerId": str(worker.staff_id)}
    await manager.post(f"/cases/{case}/assignments", to, etag=etag)
    await town.level()
    assert case in [line["caseId"] for line in (await colleague.get("/cases"))["items"]]
    counted = (await colleague.get("/cases"))["counts"]["open"]

    flag = {"kind": "confidentiality-flag", "basis": "Markering i folkbokföringen."}
    await manager.post(f"/cases/{case}/protections", flag, expect=201)
    await town.level()
    for who in (manager, worker):
        identity = (await who.get(f"/cases/{case}"))["identity"]
        assert identity["protections"] == ["confidentiality-flag"]
        assert "contact" not in identity
        assert case in [line["caseId"] for line in (await who.get("/cases"))["items"]]
    colleague.position = manager.position
    await colleague.get(f"/cases/{case}", expect=404)
    seen = await colleague.get("/cases")
    assert case not in [line["caseId"] for line in seen["items"]]
    assert seen["counts"]["open"] == counted - 1
    assert (await colleague.ask("/person-searches", {"number": NUMBER}))["cases"] == []

    again = await town["police officer"].post("/referrals", body, expect=201)
    await town.level()
    await colleague.get(f"/referrals/{again['referralId']}", expect=404)
    await manager.get(f"/referrals/{again['referralId']}")

    await manager.post(f"/cases/{case}/protection-liftings", flag, expect=201)
    await town.level()
    colleague.position = 0
    assert case in [line["caseId"] for line in (await colleague.get("/cases"))["items"]]

    fictitious = {"kind": "fictitious-data", "basis": "Beslut av Skatteverket."}
    await manager.post(f"/cases/{case}/protections", fictitious, expect=201)
    await town.level()
    for path in (f"/cases/{case}", f"/referrals/{again['referralId']}"):
        told = (await manager.get(path))["identity"]
        assert told["protections"] == ["fictitious-data"]
        assert not {"name", "number", "born", "contact", "alsoTold", "assertions"} & set(told)


async def test_a_childs_guardian_has_rights_until_they_end(town: Town) -> None:
    """Recorded and shown with the child, but for where to find them when the child's identity is
    protected; ended once; an adult has none (R13)."""
    police, intake = town["police officer"], town["intake manager"]
    child = met(name="Alva Granlund", bornOn=born(12))
    del child["person"]["assessedAdultBy"]
    sent = await police.post("/referrals", child, expect=201)
    await town.level()
    case = (await intake.post(f"/referrals/{sent['referralId']}/acceptances"))["caseId"]
    recorded = await intake.post(
        f"/cases/{case}/guardians", {"name": "Ylva Dimvik", "contact": "Hemma."}, expect=201
    )
    guardian = recorded["guardianId"]
    told: dict[str, Any] = {"kinds": ["identity"], "receiver": "region", "giver": "guardian"}
    unnamed = await intake.post(f"/cases/{case}/consents", told, expect=422)
    assert unnamed["type"].endswith("guardian-is-not-named")
    told["guardianId"] = guardian
    await intake.post(f"/cases/{case}/consents", told, expect=201)
    ending = {"ground": "court-decision", "basis": "Dom i tingsrätten."}
    path = f"/cases/{case}/guardians/{guardian}/endings"
    await intake.post(path, ending)
    await intake.post(path, ending, expect=409)
    [shown] = (await intake.get(f"/cases/{case}"))["identity"]["guardians"]
    assert (shown["name"], shown["rightsEnded"]) == ("Ylva Dimvik", "court-decision")
    assert shown["contact"] == "Hemma."
    flag = {"kind": "protected-registration", "basis": "Beslut av Skatteverket."}
    await intake.post(f"/cases/{case}/protections", flag, expect=201)
    await town.level()
    [hidden] = (await intake.get(f"/cases/{case}"))["identity"]["guardians"]
    assert hidden == {name: told for name, told in shown.items() if name != "contact"}
    adult = await opened(town, met(bornOn="1990-03-02"))
    await town["nexus manager"].post(f"/cases/{adult}/guardians", {"name": "Y"}, expect=422)
