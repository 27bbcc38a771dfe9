"""What happens in a case beyond its assignment, told over HTTP."""

from typing import Any

from tests.acceptance.command_line import said_to
from tests.acceptance.test_a_day import born, referral
from tests.acceptance.town import Person, Reply, Town


async def a_case(town: Town, who: str = "nexus worker", concern: str = "trafficking") -> str:
    """A case of Nexus, assigned to somebody there."""
    police, manager, worker = town["police officer"], town["nexus manager"], town[who]
    told = referral("police", concern, account="Kontrollerad.", bornOn=born(27))
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


WHO_TOLD = {
    "source",
    "sendersReference",
    "kind",
    "senderUnit",
    "channel",
    "assessedBy",
    "decidingRule",
    "rules",
    "reason",
}


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
    whole = (await worker.get(path))["circumstances"][0]
    assert set(whole) - set(seen["circumstances"][0]) == WHO_TOLD
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


GROUND = "Uppger skuld till en man; passet är taget."
TOLD_IN_THE_WORK = (GROUND, "Hotad per telefon.", "Önskar samtalsstöd.", "Sex veckor.")


async def what_is_done_in_a_case(town: Town, who: str = "nexus worker") -> str:
    """Investigated, assessed, decided, applied for, sent out and reported."""
    path, worker = await a_case(town, who), town[who]

    async def done(what: str, body: dict[str, Any] | None = None, status: int = 200) -> Reply:
        return await worker.post(f"{path}/{what}", body, expect=status)

    opened = await done("investigations", None, 201)
    assert opened["due"]
    investigation = f"investigations/{opened['investigationId']}"
    await done("investigations", None, 409)
    await done(f"{investigation}/informings")
    assessed = {"presumption": "grounds", "exploitation": "sexual", "ground": GROUND}
    await done("presumption-assessments", {**assessed, "assessor": "Ylva Stenträda"}, 201)
    await done("risk-assessments", {"level": "high", "ground": "Hotad per telefon."}, 201)
    new = {"kind": "counselling", "provider": "with-the-region", "ksiCode": "SIB RC ZZ"}
    decided = await done("interventions", new, 201)
    await done(f"interventions/{decided['interventionId']}/starts")
    await done(f"interventions/{decided['interventionId']}/starts", None, 409)
    applied = await done("applications", {"kind": "reflection-period"}, 201)
    granted = await done(f"applications/{applied['applicationId']}/answers", {"granted": True})
    assert granted["due"]
    out = {"receiver": "region", "kinds": ["identity", "contact"], "text": "Önskar samtalsstöd."}
    await done("external-referrals", {**out, "ground": "consent"}, 409)
    referred = await done("external-referrals", {**out, "ground": "care"}, 201)
    answered = {"answer": "waiting-list", "text": "Sex veckor."}
    await done(f"external-referrals/{referred['externalReferralId']}/answers", answered, 201)
    await done("police-reports", {"ground": "own-work"}, 422)
    await done("police-reports", {"ground": "serious-crime"}, 201)
    await done(f"{investigation}/conclusions", {"conclusion": "intervention"})
    return path


async def test_what_is_done_in_a_case_is_told_as_it_stands(town: Town) -> None:
    """An investigation with its time, assessments with assessor and ground, an intervention by the
    region, a reflection period that runs from its grant, a referral out with its answer; and none
    of what tells stands in a name that everybody may read."""
    path, worker = await what_is_done_in_a_case(town), town["nexus worker"]
    stands = await worker.get(f"{path}/overviews")
    [told] = stands["presumptions"]
    assert (told["assessor"], told["ground"]) == ("Ylva Stenträda", GROUND)
    [intervention] = stands["interventions"]
    assert (intervention["kind"], intervention["ksiCode"]) == ("counselling", "SIB RC ZZ")
    assert intervention["startedAt"]
    assert "how" not in intervention
    assert stands["applications"][0]["granted"]
    [external] = stands["externalReferrals"]
    assert (external["answer"], external["answerText"]) == ("waiting-list", "Sex veckor.")
    assert stands["investigations"][0]["conclusion"] == "intervention"
    assert stands["policeReports"][0]["ground"] == "serious-crime"
    timeline = await worker.get(f"{path}/timeline-entries", limit=100)
    kinds = {entry["kind"] for entry in timeline["items"]}
    assert {"presumption-assessed", "risk-assessed", "police-report-made"} <= kinds
    names = {entry["name"] for entry in (await town["auditor"].get(f"{path}/events"))["items"]}
    assert not any(telling in name for name in names for telling in ("risk", "police", "victim"))
    await town["nexus colleague"].get(f"{path}/overviews", expect=403)


async def test_an_adult_whom_others_tell_of_is_advised_within_a_time(town: Town) -> None:
    """R2, section 3: what was accepted is due as a decision until advice is given, and no more."""
    path, worker = await a_case(town), town["nexus worker"]
    case = path.rsplit("/", 1)[1]
    [waits] = (await worker.get("/deadlines", fileId=case))["items"]
    assert waits["kind"] == "decision"
    given = {"advice": "Visad till Ebbamottagningen."}
    early = {**given, "occurredAt": "2001-04-03T08:15:00Z"}  # before anybody told of the person
    await worker.post(f"{path}/advice-givings", early, expect=422)
    done = await worker.post(f"{path}/advice-givings", given, expect=201)
    worker.position = done["position"]
    assert (await worker.get("/deadlines", fileId=case))["items"] == []
    [advice] = (await worker.get(f"{path}/overviews"))["adviceGivings"]
    assert advice["advice"] == given["advice"]


async def test_what_went_to_whom_is_a_list_of_its_own(town: Town) -> None:
    """Each disclosure with its ground, the section that carries it, to whom and which kinds; a
    consent that was withdrawn carries no more of them."""
    path, worker = await what_is_done_in_a_case(town), town["nexus worker"]
    new = {"receiver": "police", "kinds": ["identity", "circumstances"], "giver": "person"}
    given = await worker.post(f"{path}/consents", new, expect=201)
    report = {"ground": "consent"}
    await worker.post(f"{path}/police-reports", report, expect=201)
    await worker.post(f"{path}/consents/{given['consentId']}/withdrawals")
    refused = await worker.post(f"{path}/police-reports", report, expect=409)
    assert refused["type"].endswith("consent-is-missing")
    listed = (await worker.get(f"{path}/disclosures"))["items"]
    assert [(it["receiver"], it["ground"], it["section"]) for it in listed] == [
        ("region", "care", "26:9"),
        ("police", "serious-crime", "10:23"),
        ("police", "consent", "10:1, 12:2"),
    ]
    assert {it["statute"] for it in listed} == {"OSL 2009:400"}
    assert listed[0]["kinds"] == ["identity", "contact"]
    await town["nexus colleague"].get(f"{path}/disclosures", expect=403)
    await the_auditor_sees_them_all(town, path.split("/")[-1], listed)


async def the_auditor_sees_them_all(town: Town, case: str, listed: list[Any]) -> None:
    """Those of a period, of every case, for a stated purpose; page by page, too, and on the command
    line; nobody else does."""
    auditor = town["auditor"]
    await town.level()
    today = str(town.rooms.house.desk.calendar.day_of(town.rooms.house.desk.clock.now()))
    period: Any = {"from": today, "until": today, "purpose": "review"}
    found = (await auditor.get("/disclosures", **period))["items"]
    assert [{k: v for k, v in it.items() if k != "fileId"} for it in found] == listed
    assert {it["fileId"] for it in found} == {case}
    paged: list[Any] = []
    cursor: Any = {}
    while cursor is not None:
        page = await auditor.get("/disclosures", limit="1", **period, **cursor)
        paged += page["items"]
        cursor = {"cursor": page["nextCursor"]} if page["nextCursor"] else None
    assert paged == found
    ended: Any = {"until": "2023-01-01", "purpose": "review"}
    assert (await auditor.get("/disclosures", **ended))["items"] == []
    await auditor.get("/disclosures", expect=422)
    await town["nexus manager"].get("/disclosures", purpose="review", expect=403)
    said = await said_to(town, auditor, "disclosures", "--from", today)
    assert [said.count(section) for section in ("26:9", "10:23", "10:1, 12:2")] == [1, 1, 1]


async def test_a_mistake_is_corrected_and_stays_on_record(town: Town) -> None:
    """The overview shows the corrected state, the notes and the timeline both."""
    path, worker = await a_case(town), town["nexus worker"]
    wrong = await worker.post(f"{path}/notes", {"text": "Om någon annan."}, expect=201)
    new = {"kind": "legal-aid", "provider": "other"}
    mistaken = await worker.post(f"{path}/interventions", new, expect=201)
    stays = await worker.post(f"{path}/interventions", {**new, "provider": "region"}, expect=201)
    done = wrong
    for entry in (wrong["position"], mistaken["position"]):
        mistake = {"entry": entry, "reason": "Förd i fel akt."}
        done = await worker.post(f"{path}/corrections", mistake, expect=201)
        await worker.post(f"{path}/corrections", mistake, expect=409)
    [note] = (await worker.get(f"{path}/notes"))["items"]
    assert note["text"] == "Om någon annan."
    assert note["correctedBy"] > wrong["position"]
    [intervention] = (await worker.get(f"{path}/overviews"))["interventions"]
    assert intervention["interventionId"] == stays["interventionId"]
    entries = (await worker.get(f"{path}/timeline-entries", limit=100))["items"]
    told = {entry["position"]: entry for entry in entries}
    assert told[mistaken["position"]]["correctedBy"] == done["position"]
    assert told[done["position"]]["details"]["reason"] == "Förd i fel akt."
    assert "correctedBy" not in told[stays["position"]]


async def test_what_was_told_wrongly_of_a_referral_is_corrected(town: Town) -> None:
    """Who carries it corrects it with a reason: it is read as it is right, routed by that rule."""
    police, manager = town["police officer"], town["nexus manager"]
    told = referral("police", "unknown", account="Hörfel.", bornOn=born(27))
    sent = await police.post("/referrals", told, expect=201)
    manager.position = sent["position"]
    path = f"/referrals/{sent['referralId']}"
    right = {"concern": "trafficking", "reason": "Förväxlad med ett annat samtal."}
    await police.post(f"{path}/corrections", right, expect=403)
    other_side = {"role": "buyer", "reason": "Fel roll."}
    await manager.post(f"{path}/corrections", other_side, expect=422)
    corrected = await manager.post(f"{path}/corrections", right, expect=201)
    assert corrected["routing"]["decidingRule"] == "R2"
    manager.position = corrected["position"]
    stands = (await manager.get(path))["circumstances"]
    assert (stands["concern"], stands["decidingRule"]) == ("trafficking", "R2")


async def test_what_is_out_of_scope_is_referred_on(town: Town) -> None:
    """R12, S86: that is its answer, which the sender's receipt tells; nobody waits any more."""
    police, manager = town["police officer"], town["nexus manager"]
    told = referral("police", "other-exploitation", account="Arbetar utan lön.", bornOn=born(27))
    sent = await police.post("/referrals", told, expect=201)
    manager.position = sent["position"]
    path = f"/referrals/{sent['referralId']}"
    on = {"toUnit": "civil-society-htb", "reason": "De följer med till facket."}
    referred = await manager.post(f"{path}/forwardings", on)
    assert (referred["status"], referred["routing"]) == ("closed", None)
    manager.position = referred["position"]
    assert (await manager.get(path))["status"] == "closed"
    await manager.post(f"{path}/forwardings", on, expect=409)
    await town.level()
    inquiry = await police.ask("/receipt-inquiries", {"asked": [sent["receipt"]]})
    assert [it["status"] for it in inquiry["items"][0]["receipts"]] == ["answered"]


async def test_a_case_moves_to_another_municipality(town: Town) -> None:
    """R14: asked for in writing, refused, taken to the inspectorate; ours until it is accepted."""
    path, worker = await a_case(town), town["nexus worker"]
    new = {"municipality": "Enköpings kommun", "reason": "Bor och arbetar där."}
    requested = await worker.post(f"{path}/municipality-transfers", new, expect=201)
    transfer = f"{path}/municipality-transfers/{requested['transferId']}"
    await worker.post(f"{transfer}/inspectorate-requests", expect=409)
    refusal = {"answer": "refused", "explanation": "Vistas bara här."}
    never = {**refusal, "occurredAt": "2001-04-03T08:15:00Z"}  # before anybody told of the person
    await worker.post(f"{transfer}/answers", never, expect=422)
    mistaken = await worker.post(f"{transfer}/answers", {**refusal, "answer": "accepted"})
    worker.position = mistaken["position"]
    story = (await worker.get(f"{path}/timeline-entries", limit=100))["items"]
    [entry] = [one["position"] for one in story if one["name"] == "case.transfer-answered"]
    mistake = {"entry": entry, "reason": "Svaret gällde en annan person."}
    await worker.post(f"{path}/corrections", mistake, expect=201)  # it waits again
    await worker.post(f"{transfer}/answers", refusal)
    asked = await worker.post(f"{transfer}/inspectorate-requests")
    assert (asked["status"], asked["due"] is None) == ("at-the-inspectorate", False)
    etag = (await worker.get(path)).headers["ETag"]
    closure = {"outcome": "moved-away"}
    await worker.post(f"{path}/closures", closure, etag=etag, expect=409)
    await worker.post(f"{transfer}/inspectorate-decisions", {**refusal, "answer": "accepted"})
    [told] = (await worker.get(f"{path}/overviews"))["transfers"]
    assert (told["municipality"], told["answer"]) == ("Enköpings kommun", "accepted")
    etag = (await worker.get(path)).headers["ETag"]
    await worker.post(f"{path}/closures", closure, etag=etag)


async def test_a_child_in_the_family_has_a_file_of_its_own(town: Town) -> None:
    """R10: reported from the case of the exposed parent, seen at intake by those of its own side,
    and by nobody who works with the parent."""
    path, worker = await a_case(town), town["nexus worker"]
    child = referral("other-unit", "fares-badly", account="Bor med modern.")
    child["person"] = {"role": "relative", "bornOn": born(6)}
    reported = await worker.post(f"{path}/children-reports", child, expect=201)
    assert reported["routing"]["unit"] == "childrens-intake"
    assert reported["routing"]["decidingRule"] == "R10"
    [told] = (await worker.get(f"{path}/overviews"))["childReports"]
    assert told["referral"] == reported["referralId"]
    await worker.get(f"/referrals/{reported['referralId']}", expect=404)
    await town["intake manager"].get(f"/referrals/{reported['referralId']}", expect=404)
    theirs: dict[str, Any] = {"unit": "childrens-intake", "role": "unit-manager", "side": "c"}
    beside = await town.employ("relatives intake", **theirs, qualifiedForChildren=True)
    await town.level()
    received = await beside.get(f"/referrals/{reported['referralId']}")
    assert (received["status"], received["unit"]) == ("waiting", "childrens-intake")
    accepted = await beside.post(f"/referrals/{reported['referralId']}/acceptances")
    await town.level()
    assert (await beside.get(f"/cases/{accepted['caseId']}"))["unit"] == "childrens-intake"
    for parents in (worker, town["nexus manager"], town["intake manager"]):
        await parents.get(f"/cases/{accepted['caseId']}", expect=404)
    await beside.get(path, expect=404)
    presumed = {**child, "person": {"role": "relative", "age": "unknown"}}  # a child (R3)
    told = await worker.post(f"{path}/children-reports", presumed, expect=201)
    assert told["routing"]["unit"] == "childrens-intake"
    adult = {**child, "person": {"role": "relative", "bornOn": born(30)}}
    await worker.post(f"{path}/children-reports", adult, expect=422)


async def test_another_unit_is_consulted(town: Town) -> None:
    """It finds the question, sees the line of the case and no more, answers, and is out of it."""
    path, worker, intake = await a_case(town), town["nexus worker"], town["intake worker"]
    new = {"unit": "childrens-intake", "question": "Är personen känd hos er sedan tidigare?"}
    asked = await worker.post(f"{path}/consultations", new, expect=201)
    intake.position = asked["position"]
    [line] = (await intake.get("/cases", consulted="true"))["items"]
    seen = await intake.get(path)
    assert line["caseId"] == seen["caseId"]
    assert "identity" not in seen.json
    assert "circumstances" not in seen.json
    [question] = (await intake.get(f"{path}/consultations"))["items"]
    assert question["question"] == new["question"]
    answer = {"answer": "Ja, 2019, avslutat samma år."}
    done = await intake.post(f"{path}/consultations/{asked['consultationId']}/answers", answer)
    intake.position = worker.position = done["position"]
    await intake.get(path, expect=404)
    [told] = (await worker.get(f"{path}/consultations"))["items"]
    assert told["answer"] == answer["answer"]
    assert told["answeredAt"]


async def test_a_link_is_told_to_whoever_sees_both(town: Town) -> None:
    """Once the other case is with a unit that the reader sees nothing of, neither the overview nor
    the timeline tells that there is a link."""
    path, other = await a_case(town), await a_case(town, concern="unknown")
    worker, manager, intake = town["nexus worker"], town["nexus manager"], town["intake manager"]
    new = {"otherCaseId": other.rsplit("/", 1)[1], "kind": "same-place"}
    linked = await worker.post(f"{path}/links", new, expect=201)
    [link] = (await worker.get(f"{path}/overviews"))["links"]
    assert (link["linkId"], link["other"]) == (linked["linkId"], new["otherCaseId"])
    etag = (await manager.get(other)).headers["ETag"]
    offer = {"toUnit": "childrens-intake", "reason": "Prövas."}
    bound = (await manager.get(path)).headers["ETag"]
    await manager.post(f"{path}/handovers", offer, etag=bound, expect=422)  # R2
    offered = await manager.post(f"{other}/handovers", offer, etag=etag, expect=201)
    intake.position = offered["position"]
    accepted = await intake.post(f"{other}/handovers/{offered['handoverId']}/acceptances")
    worker.position = accepted["position"]
    assert (await worker.get(f"{path}/overviews"))["links"] == []
    timeline = await worker.get(f"{path}/timeline-entries", limit=100)
    assert "case.linked" not in {entry["name"] for entry in timeline["items"]}
    assert new["otherCaseId"] not in str(timeline.json)
    await worker.post(f"{path}/links/{linked['linkId']}/removals", expect=404)
