"""One day in the municipality, told as one story over HTTP."""

import asyncio
from datetime import date
from typing import Any

from tests.acceptance.town import Town


def born(years_ago: int) -> str:
    """A birth date that makes somebody this old today, whatever today is."""
    today = date.today()  # noqa: DTZ011, TID251 - the story happens today
    return date(today.year - years_ago, 1, 1).isoformat()


def referral(source: str, concern: str, *, account: str, **person: Any) -> dict[str, Any]:
    return {
        "source": source,
        "channel": "in-person",
        "concern": concern,
        "account": account,
        "person": {"role": "exposed", **person},
    }


async def test_a_day(town: Town) -> None:
    """The day of issue 2: a child is reported, accepted, assigned, turns out to be an adult, and
    changes hands; every unit sees its own; an auditor sees who did and who read what."""
    referral_id = await a_child_is_reported(town)
    case_id = await intake_accepts_and_assigns(town, referral_id)
    await police_and_unknown_ages_and_a_buyer(town)
    await outreach_holds_until_nexus_takes_over(town)
    await a_decline_needs_a_reason_and_a_manager(town)
    await the_child_turns_out_to_be_an_adult(town, case_id)
    await each_unit_asks_for_its_caseload(town, case_id)
    await the_timeline_tells_the_story(town, case_id)
    await the_team_is_set_up_and_one_leaves(town, case_id)
    await an_auditor_sees_who_did_and_who_read(town, case_id)


async def a_child_is_reported(town: Town) -> str:
    """1. Youth outreach reports concern for a sixteen-year-old; sent again it is the same."""
    outreach = town["youth outreach"]
    body = referral(
        "youth-outreach",
        "fares-badly",
        account="Sover hos bekanta, har nya saker.",
        name="Alva Granlund",
        bornOn=born(16),
    )
    first = await outreach.post("/referrals", body, expect=201, key="alva-1")
    routing = first["routing"]
    assert routing["unit"] == routing["holder"] == "childrens-intake"
    assert routing["rules"] == ["R4", "R1"]
    assert routing["decidingRule"] == "R1"
    assert routing["reason"]["sv"] != routing["reason"]["en"]
    assert len(first["receipt"]) == 26
    head = await town.rooms.facts.head()
    assert first["position"] == head

    again = await outreach.post("/referrals", body, expect=201, key="alva-1")
    assert again["replayed"]
    assert {**again.json, "replayed": False} == first.json
    assert await town.rooms.facts.head() == head
    await outreach.post("/referrals", {**body, "account": "Något annat."}, expect=422, key="alva-1")
    return str(first["referralId"])


async def intake_accepts_and_assigns(town: Town, referral_id: str) -> str:
    """2. Intake sees it, accepts it; only who is qualified for children can be assigned."""
    manager = town["intake manager"]
    await town.level()
    inbox = await manager.get("/referrals")
    assert [line["referralId"] for line in inbox["items"]] == [referral_id]
    shown = await manager.get(f"/referrals/{referral_id}")
    assert shown["identity"]["name"] == "Alva Granlund"
    await town["nexus manager"].get(f"/referrals/{referral_id}", expect=404)

    accepted = await manager.post(f"/referrals/{referral_id}/acceptances")
    case_id = accepted["caseId"]
    assert accepted["unit"] == "childrens-intake"
    case = await manager.get(f"/cases/{case_id}")
    assert case["unit"] == "childrens-intake"

    path = f"/cases/{case_id}/assignments"
    novice, worker = town["intake novice"], town["intake worker"]
    etag = case.headers["ETag"]
    refused = await manager.post(path, {"workerId": str(novice.staff_id)}, expect=422, etag=etag)
    assert "25:1" in refused["detail"]
    await manager.post(path, {"workerId": str(worker.staff_id)}, expect=428)
    await manager.post(path, {"workerId": str(worker.staff_id)}, expect=412, etag='"stale"')
    assigned = await manager.post(path, {"workerId": str(worker.staff_id)}, etag=etag)
    worker.position = assigned["position"]
    note = {"text": "Samtal i skolan, vill inte att mamma vet."}
    await worker.post(f"/cases/{case_id}/notes", note, expect=201)
    notes = await worker.get(f"/cases/{case_id}/notes")
    assert notes["items"][0]["text"] == note["text"]
    await novice.get(f"/cases/{case_id}/notes", expect=403)
    return str(case_id)


async def police_and_unknown_ages_and_a_buyer(town: Town) -> None:
    """3. An adult to Nexus; an unknown age to intake with Nexus informed, unless assessed by a
    named person; a buyer to another line that the exposed side never sees."""
    police = town["police officer"]
    adult = await police.post(
        "/referrals",
        referral("police-operation", "prostitution", account="Möttes vid insats.", bornOn=born(30)),
        expect=201,
    )
    assert adult["routing"]["unit"] == "nexus"
    unknown = await police.post(
        "/referrals",
        referral("police-operation", "prostitution", account="Säger sig vara vuxen."),
        expect=201,
    )
    assert unknown["routing"]["unit"] == "childrens-intake"
    assert unknown["routing"]["informed"] == ["nexus"]
    assert "R3" in unknown["routing"]["rules"]
    assessed = await police.post(
        "/referrals",
        referral(
            "police-operation",
            "prostitution",
            account="Bedömd på plats.",
            assessedAdultBy="Insp. Ek",
        ),
        expect=201,
    )
    assert assessed["routing"]["unit"] == "nexus"
    buyer = await police.post(
        "/referrals",
        {
            **referral("police-operation", "unknown", account="Söker hjälp."),
            "person": {"role": "buyer", "name": "Birger Qvist", "bornOn": born(45)},
        },
        expect=201,
    )
    assert buyer["routing"]["unit"] == "support-line-two"
    assert buyer["routing"]["decidingRule"] == "R9"
    line = town["line manager"]
    line.position = buyer["position"]
    assert [i["referralId"] for i in (await line.get("/referrals"))["items"]] == [
        buyer["referralId"]
    ]
    path = f"/referrals/{buyer['referralId']}"
    for who, status in (
        ("nexus manager", 404),  # as if it did not exist
        ("intake manager", 404),
        ("police officer", 403),  # whatever the id
        ("auditor", 403),
    ):
        await town[who].get(path, expect=status)
    informed = await town["nexus manager"].get("/referrals", direction="informed")
    assert [line["referralId"] for line in informed["items"]] == [unknown["referralId"]]


async def outreach_holds_until_nexus_takes_over(town: Town) -> None:
    """4. Outreach holds what it sends on until it is accepted; of two who accept, one wins."""
    outreach = town["homeless outreach"]
    sent = await outreach.post(
        "/referrals",
        referral(
            "homeless-outreach",
            "prostitution",
            account="Sover ute, utsatt.",
            name="Cia Borg",
            bornOn=born(33),
        ),
        expect=201,
    )
    assert sent["routing"]["rules"] == ["R5", "R2"]
    assert sent["routing"]["holder"] == "homeless-outreach"
    path = f"/referrals/{sent['referralId']}/acceptances"
    await town.level()
    rivals = [town["nexus worker"], town["nexus colleague"]]
    replies = await asyncio.gather(*(rival.post_any(path) for rival in rivals))
    assert sorted(reply.status for reply in replies) == [200, 409]
    winner = next(r for r, reply in zip(rivals, replies, strict=True) if reply.status == 200)
    lost = next(reply for reply in replies if reply.status == 409)
    assert lost["by"] == str(winner.staff_id)
    assert lost["type"].endswith("referral-is-answered")
    await town.level()
    held = await outreach.get("/referrals", direction="sent")
    line = next(i for i in held["items"] if i["referralId"] == sent["referralId"])
    assert (line["status"], line["holder"]) == ("accepted", "nexus")


async def a_decline_needs_a_reason_and_a_manager(town: Town) -> None:
    """4. Nexus declines only for R2's reasons, and its unit manager confirms."""
    police, worker, manager = town["police officer"], town["nexus worker"], town["nexus manager"]
    sent = await police.post(
        "/referrals",
        referral("police", "trafficking", account="Uppger 25 år.", age="adult"),
        expect=201,
    )
    path = f"/referrals/{sent['referralId']}"
    worker.position = manager.position = sent["position"]
    decline = {"reason": "no-room", "explanation": "Fullt."}
    faulty = await worker.post(f"{path}/declines", decline, expect=422)
    assert [error["pointer"] for error in faulty["errors"]] == ["/reason"]
    decline = {"reason": "wrong-age", "age": "minor", "explanation": "Pass visar 16 år."}
    proposed = await worker.post(f"{path}/declines", decline)
    manager.position = proposed["position"]
    inbox = await manager.get("/referrals", status="decline-proposed")
    assert [line["referralId"] for line in inbox["items"]] == [sent["referralId"]]
    await worker.post(f"{path}/decline-confirmations", expect=403)
    confirmed = await manager.post(f"{path}/decline-confirmations")
    assert confirmed["routing"]["unit"] == "childrens-intake"


async def the_child_turns_out_to_be_an_adult(town: Town, case_id: str) -> None:
    """5. Nineteen, not sixteen: the rules say Nexus; offered with a preview, accepted, assigned."""
    worker, manager = town["intake worker"], town["nexus manager"]
    finding = {"bornOn": born(19), "basis": "Pass uppvisat."}
    found = await worker.post(f"/cases/{case_id}/age-findings", finding, expect=201)
    assert found["review"]["unit"] == "nexus"
    assert "R11" in found["review"]["rules"]
    preview = await worker.get(f"/cases/{case_id}/handover-previews", toUnit="nexus")
    along = {line["kind"]: line["entries"] for line in preview["goingAlong"]}
    assert along["notes"] == 1
    etag = (await worker.get(f"/cases/{case_id}")).headers["ETag"]
    offer = {"toUnit": "nexus", "reason": "Är 19 år."}
    offered = await worker.post(f"/cases/{case_id}/handovers", offer, etag=etag, expect=201)
    manager.position = offered["position"]
    waiting = await manager.get("/handovers", direction="in")
    assert [line["handoverId"] for line in waiting["items"]] == [offered["handoverId"]]
    path = f"/cases/{case_id}/handovers/{offered['handoverId']}"
    accepted = await manager.post(f"{path}/acceptances")
    assert accepted["unit"] == "nexus"
    again = await town["nexus worker"].post(f"{path}/acceptances", expect=409)
    assert again["by"] == str(manager.staff_id)
    worker.position = accepted["position"]
    await worker.get(f"/cases/{case_id}", expect=404)
    etag = (await manager.get(f"/cases/{case_id}")).headers["ETag"]
    assigned = await manager.post(
        f"/cases/{case_id}/assignments",
        {"workerId": str(town["nexus worker"].staff_id)},
        etag=etag,
    )
    town["nexus worker"].position = assigned["position"]


async def each_unit_asks_for_its_caseload(town: Town, case_id: str) -> None:
    """6. Filters, counts, order and pages; each unit sees only its own."""
    manager = town["nexus manager"]
    await town.level()
    mine = await manager.get("/cases", worker=str(town["nexus worker"].staff_id), status="open")
    assert case_id in {line["caseId"] for line in mine["items"]}
    unassigned = await manager.get("/cases", unassigned="true")
    assert case_id not in {line["caseId"] for line in unassigned["items"]}
    everything = await manager.get("/cases", order="-openedAt")
    first = await manager.get("/cases", order="-openedAt", limit="1")
    rest = await manager.get("/cases", order="-openedAt", limit="1", cursor=first["nextCursor"])
    listed = [line["caseId"] for line in everything["items"]]
    assert listed == [first["items"][0]["caseId"], rest["items"][0]["caseId"]]
    assert everything["counts"]["open"] == len(listed)
    await manager.get("/cases", cursor=first["nextCursor"] + "x", expect=400)
    intake = await town["intake manager"].get("/cases")
    assert intake["items"] == []
    line = await town["line manager"].get("/cases")
    assert line["items"] == []


async def the_timeline_tells_the_story(town: Town, case_id: str) -> None:
    """6. From the report to the new unit, in order, with who and when."""
    told = await town["nexus worker"].get(f"/cases/{case_id}/timeline-entries", limit="100")
    names = [entry["name"] for entry in told["items"]]
    story = [
        "referral.received",
        "referral.routed",
        "referral.accepted",
        "case.opened",
        "case.worker-assigned",
        "case.note-recorded",
        "case.handover-offered",
        "case.handover-accepted",
        "case.worker-released",
        "case.worker-assigned",
    ]
    assert [name for name in names if name in story] == story
    assert {"person.particulars-recorded", "case.assessment-recorded"} < set(names)
    received = told["items"][names.index("referral.received")]
    assert received["who"]["name"] == "Youth Outreach"
    assert received["unit"] == "youth-outreach"
    moments = [entry["recordedAt"] for entry in told["items"]]
    assert moments == sorted(moments)


async def the_team_is_set_up_and_one_leaves(town: Town, case_id: str) -> None:
    """7. Mandated, established, joined; who leaves is out within a second, and the caseload
    changes hands."""
    manager, leaver, heir = town["nexus manager"], town["nexus worker"], town["nexus colleague"]
    board = {"registerNumber": "SCN-2022-00355", "decidedOn": "2022-11-22", "matter": "team"}
    mandate = (await town["administrator"].post("/mandates", board, expect=201))["mandateId"]
    team = (await manager.post(f"/mandates/{mandate}/teams", expect=201))["teamId"]
    pilot = {"leadUnit": "nexus", "pilotFrom": "2023-04-01", "pilotUntil": "2024-03-31"}
    await manager.post(f"/teams/{team}/establishments", pilot)
    for member in (leaver, heir, town["intake worker"]):
        joining = {"staffId": str(member.staff_id), "percentage": 100}
        await manager.post(f"/teams/{team}/members", joining, expect=201)
    await manager.post(f"/teams/{team}/departures", {"staffId": str(leaver.staff_id)})
    members = (await manager.get(f"/teams/{team}"))["members"]
    left_at = {member["who"]["staffId"]: member["leftAt"] for member in members}
    assert left_at[str(leaver.staff_id)] is not None
    assert left_at[str(heir.staff_id)] is None

    await leaver.get(f"/cases/{case_id}")
    left = await manager.post(
        f"/staff-members/{leaver.staff_id}/departures",
        {"until": born(0), "successorId": str(heir.staff_id)},
    )
    await asyncio.sleep(1)
    leaver.position = 0
    await leaver.get(f"/cases/{case_id}", expect=403)
    heir.position = left["position"]
    theirs = await heir.get("/cases", worker=str(heir.staff_id))
    assert case_id in {line["caseId"] for line in theirs["items"]}
    await heir.get(f"/cases/{case_id}/notes")


async def an_auditor_sees_who_did_and_who_read(town: Town, case_id: str) -> None:
    """8. Metadata and no content; everybody who read the case, or tried to."""
    auditor = town["auditor"]
    events = await auditor.get(f"/cases/{case_id}/events", limit="100")
    assert events["items"][0]["name"] == "case.opened"
    assert "mamma" not in str(events.json)
    assert "Alva" not in str(events.json)
    readings = await auditor.get(f"/cases/{case_id}/readings", limit="100")
    outcomes: dict[str, set[str]] = {}
    for item in readings["items"]:
        outcomes.setdefault(item["who"]["staffId"], set()).add(item["outcome"])
    assert "answered" in outcomes[str(town["intake worker"].staff_id)]
    assert outcomes[str(town["intake novice"].staff_id)] == {"not-permitted"}
    assert "answered" in outcomes[str(town["nexus colleague"].staff_id)]
    await auditor.get(f"/cases/{case_id}", expect=403)
