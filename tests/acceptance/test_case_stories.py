"""What happens in a case beyond its assignment, told over HTTP."""

from typing import Any

from tests.acceptance.test_a_day import born, referral
from tests.acceptance.town import Person, Town


async def a_case(town: Town) -> str:
    """A case of Nexus, assigned to its worker."""
    police, manager, worker = town["police officer"], town["nexus manager"], town["nexus worker"]
    told = referral("police", "trafficking", account="Kontrollerad.", bornOn=born(27))
    sent = await police.post("/referrals", told, expect=201)
    manager.position = sent["position"]
    accepted = await manager.post(f"/referrals/{sent['referralId']}/acceptances")
    path = f"/cases/{accepted['caseId']}"
    etag = (await manager.get(path)).headers["ETag"]
    body = {"workerId": str(worker.staff_id)}
    assigned = await manager.post(f"{path}/assignments", body, etag=etag)
    worker.position = assigned["position"]
    return path


async def a_coordinator(town: Town) -> Person:
    office: dict[str, Any] = {"unit": "regional-coordinators", "role": "regional-coordinator"}
    coordinator = await town.employ("coordinator", **office)
    await town.level()
    return coordinator


async def test_a_coordinator_learns_of_a_person_only_with_consent(town: Town) -> None:
    """R6: nothing before the consent, what it carries while it stands, nothing from the moment it
    is withdrawn; consulted anonymously, nothing at all."""
    path, worker, coordinator = await a_case(town), town["nexus worker"], await a_coordinator(town)
    who = {"coordinatorId": str(coordinator.staff_id)}
    asked = {**who, "topic": "reflection-period"}
    await worker.post(f"{path}/coordinator-consultations", asked, expect=201)
    refused = await worker.post(f"{path}/coordinator-engagements", who, expect=409)
    assert refused["type"].endswith("consent-is-missing")
    await town.level()
    await coordinator.get(path, expect=404)

    kinds = ["identity", "contact", "circumstances"]
    new = {"kinds": kinds, "receiver": "regional-coordinators"}
    consent = await worker.post(f"{path}/consents", new, expect=201)
    engaged = await worker.post(f"{path}/coordinator-engagements", who)
    coordinator.position = engaged["position"]
    seen = await coordinator.get(path)
    assert seen["circumstances"][0]["concern"] == "trafficking"
    listed = await coordinator.get("/cases", engaged="true")
    assert [line["caseId"] for line in listed["items"]] == [seen["caseId"]]
    await coordinator.get(f"{path}/notes", expect=403)
    await coordinator.get(f"{path}/timeline-entries", expect=403)
    await coordinator.post(f"{path}/notes", {"text": "Samtal."}, expect=403)

    ended = await worker.post(f"{path}/consents/{consent['consentId']}/withdrawals")
    assert ended["releasedCoordinators"] == [str(coordinator.staff_id)]
    coordinator.position = ended["position"]
    await coordinator.get(path, expect=404)
    assert (await coordinator.get("/cases", engaged="true"))["items"] == []
    again = await worker.post(f"{path}/consents/{consent['consentId']}/withdrawals", expect=409)
    assert again["type"].endswith("consent-has-ended")
