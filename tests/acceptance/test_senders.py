"""Those outside the administration: they send, ask what became of it, and hear when nothing did."""

from datetime import date
from typing import Any

from tests.acceptance.town import Town

TODAY = date.today().isoformat()  # noqa: DTZ011, TID251 - the story happens today
YEAR = {"firstDay": f"{date.today().year - 1}-01-01", "lastDay": TODAY}  # noqa: DTZ011, TID251 - the same


def report(reference: str, *, role: str = "exposed", **person: Any) -> dict[str, Any]:
    return {
        "source": "police",
        "channel": "secure-message",
        "concern": "prostitution",
        "account": "Anträffad vid tillsyn.",
        "sendersReference": reference,
        "person": {"role": role, "bornOn": "1990-03-02", **person},
    }


async def test_a_sender_hears_what_never_arrived(town: Town) -> None:
    """The silence alarm: of a sender's own list, what never arrived and what waits for an answer;
    of another sender's references, and of which unit has it on which side, nothing."""
    police = town["police officer"]
    school = await town.employ("school nurse", unit="schools", role="external-sender", side=None)
    await town.level()
    answered = await police.post("/referrals", report("P-17"), expect=201)
    waiting = await police.post("/referrals", report("P-18", role="buyer"), expect=201)
    other = await school.post("/referrals", report("P-19") | {"source": "school"}, expect=201)
    manager = town["nexus manager"]
    manager.position = other["position"]
    accepted = await manager.post(f"/referrals/{answered['referralId']}/acceptances")
    police.position = accepted["position"]
    await town.level()

    listed = ["P-17", "p-18", "P-19", "P-20"]
    alarm = await police.ask("/silence-alarms", {**YEAR, "references": listed})
    assert alarm["neverArrived"] == ["P-19", "P-20"]
    assert [one["asked"] for one in alarm["unanswered"]] == ["p-18"]
    assert [one["asked"] for one in alarm["answered"]] == ["P-17"]
    assert alarm["receivedInPeriod"] == 2

    asked = [answered["receipt"], "p-18", other["receipt"]]
    inquiry = await police.ask("/receipt-inquiries", {"asked": asked})
    told = {one["asked"]: [it["status"] for it in one["receipts"]] for one in inquiry["items"]}
    assert told == {answered["receipt"]: ["answered"], "p-18": ["waiting"], other["receipt"]: []}
    pages = await police.get("/receipts", limit=1)
    rest = await police.get("/receipts", limit=1, cursor=pages["nextCursor"])
    mine = [one["receipt"] for one in (*pages["items"], *rest["items"])]
    assert mine == [waiting["receipt"], answered["receipt"]]
    assert rest["nextCursor"] is None
    for reply in (alarm, inquiry, pages):
        body = str(reply.json)
        assert not any(word in body for word in ("nexus", "support-line", "buyer", "exposed"))


async def test_an_old_reference_hides_no_new_one(town: Town) -> None:
    """A reference counts only if it arrived within the period that is asked for."""
    police = town["police officer"]
    await police.post("/referrals", report("17"), expect=201)
    await town.level()
    last_year = {"firstDay": "2022-01-01", "lastDay": "2022-12-31", "references": ["17"]}
    assert (await police.ask("/silence-alarms", last_year))["neverArrived"] == ["17"]
    backwards = {"firstDay": TODAY, "lastDay": "2022-12-31", "references": ["17"]}
    refused = await police.ask("/silence-alarms", backwards, expect=422)
    assert refused["errors"][0]["pointer"] == "/lastDay"
    too_many = {**YEAR, "references": [f"P-{number}" for number in range(201)]}
    refused = await police.ask("/silence-alarms", too_many, expect=422)
    assert refused["errors"][0]["pointer"] == "/references"


async def test_a_sender_takes_back_and_sends_several(town: Town) -> None:
    """One message of several persons has one receipt; one is taken back, the other waits."""
    police = town["police officer"]
    told = {"concern": "unknown", "account": "Sågs på samma plats."}
    message = {
        "source": "police",
        "channel": "phone",
        "sendersReference": "P-30",
        "persons": [
            {**told, "person": {"role": "exposed", "bornOn": "1988-03-02"}},
            {**told, "person": {"role": "exposed", "bornOn": "1991-07-09"}},
        ],
    }
    sent = await police.post("/referral-messages", message, expect=201)
    first, second = (one["referralId"] for one in sent["referrals"])
    await police.post(f"/referrals/{first}/withdrawals", {"reason": "Gällde någon annan."})
    await town.level()
    inquiry = await police.ask("/receipt-inquiries", {"asked": ["P-30"]})
    [one] = inquiry["items"][0]["receipts"]
    assert (one["status"], one["referrals"], one["answered"]) == ("waiting", 2, 0)
    move = {"toUnit": "childrens-intake", "reason": "Mamma till ett barn som har ärende där."}
    manager = town["nexus manager"]
    await manager.post(f"/referrals/{first}/forwardings", move, expect=409)
    moved = await manager.post(f"/referrals/{second}/forwardings", move)
    assert (moved["routing"]["unit"], moved["routing"]["holder"]) == ("childrens-intake", "nexus")
    intake = town["intake manager"]
    intake.position = moved["position"]
    shown = await intake.get(f"/referrals/{second}")
    assert shown["circumstances"]["moves"] == [
        {"unit": "nexus", "toUnit": "childrens-intake", "reason": move["reason"]}
    ]


async def test_a_party_answers_what_it_was_asked(town: Town) -> None:
    """An external referral is read and answered with the party's own client, by its number: it
    tells the question and nothing of the case; the answer stands in the case (S15-S20, S77)."""
    police, manager = town["police officer"], town["nexus manager"]
    nurse = await town.employ("nurse", unit="region", role="external-sender", side=None)
    sent = await police.post("/referrals", report("P-40"), expect=201)
    manager.position = sent["position"]
    case = (await manager.post(f"/referrals/{sent['referralId']}/acceptances"))["caseId"]
    told = {"kinds": ["identity", "contact"], "text": "Behöver tid för samtal."}
    to = {"receiver": "region", "party": "region", **told}
    wrong = {**to, "party": "police", "ground": "care"}
    await manager.post(f"/cases/{case}/external-referrals", wrong, expect=422)
    asked = {"kinds": told["kinds"], "receiver": "region", "giver": "person"}
    consent = await manager.post(f"/cases/{case}/consents", asked, expect=201)
    made, carried = [
        (await manager.post(f"/cases/{case}/external-referrals", {**to, "ground": it}, expect=201))
        for it in ("care", "consent")
    ]
    await manager.post(f"/cases/{case}/consents/{consent['consentId']}/withdrawals")
    await town.level()

    here = f"/external-referrals/{made['externalReferralId']}"
    read = await nurse.get(here)
    assert (read["status"], read["text"], read["kinds"]) == ("waiting", told["text"], told["kinds"])
    assert not any(word in str(read.json) for word in (case, "nexus", "care", "exposed"))
    over = await nurse.get(f"/external-referrals/{carried['externalReferralId']}")
    assert (over["status"], "text" in over.json) == ("waiting", False)
    answer = {"answer": "taken-on", "text": "Tid den 12 maj."}
    for other in (police, manager):
        await other.get(here, expect=404)
        await other.post(f"{here}/answers", answer, expect=404)
    asked_of = await nurse.get("/external-referrals")
    assert [(one["externalReferralId"], one["status"]) for one in asked_of["items"]] == [
        (one["externalReferralId"], "waiting") for one in (carried, made)
    ]
    assert set(asked_of["items"][0]) == {
        *("externalReferralId", "status", "madeAt", "due", "answeredAt"),
    }
    assert (await police.get("/external-referrals"))["items"] == []
    await nurse.post(f"{here}/answers", {"answer": "waiting-list"}, expect=201)
    assert (await nurse.get(here))["status"] == "waiting"  # for the last answer
    await nurse.post(f"{here}/answers", answer, expect=201)
    await nurse.post(f"{here}/answers", answer, expect=409)
    await town.level()
    theirs = (await manager.get("/external-referrals", status="answered"))["items"]
    assert [(one["externalReferralId"], one["caseId"]) for one in theirs] == [
        (made["externalReferralId"], case)
    ]
    due = (await manager.get("/deadlines", fileId=case, kind="review"))["items"]
    assert [one["deadlineId"] for one in due] == [carried["externalReferralId"]]
    after = await nurse.get(here)
    assert (after["status"], "text" in after.json) == ("answered", False)
    stands = (await manager.get(f"/cases/{case}/overviews"))["externalReferrals"]
    assert [(it["party"], it.get("answer"), it.get("answerText")) for it in stands] == [
        ("region", "taken-on", answer["text"]),
        ("region", None, None),
    ]
    await nurse.get(f"/cases/{case}", expect=403)
    etag = (await manager.get(f"/cases/{case}")).headers["ETag"]
    await manager.post(f"/cases/{case}/closures", {"outcome": "contact-lost"}, etag=etag)
    await town.level()
    over = await nurse.get(f"/external-referrals/{carried['externalReferralId']}")
    assert over["status"] == "withdrawn"  # nobody waits for it any more
    every = (await nurse.get("/external-referrals"))["items"]
    assert [one["status"] for one in every] == ["withdrawn", "answered"]


async def test_who_is_outside_tells_as_what_it_is(town: Town) -> None:
    """A source is checked against its party: the police do not send as a school (S15-S20)."""
    told = report("P-50") | {"source": "school"}
    await town["police officer"].post("/referrals", told, expect=422)


async def test_a_sender_does_nothing_else(town: Town) -> None:
    """Nobody asks after another's receipts, and no sender reads a file (S15-S20)."""
    police = town["police officer"]
    sent = await police.post("/referrals", report("P-1"), expect=201)
    await police.get("/referrals", expect=403)
    await police.get(f"/referrals/{sent['referralId']}", expect=403)
    await police.get("/cases", expect=403)
    await police.get("/staff-members", expect=403)
    manager = town["nexus manager"]
    inquiry = await manager.ask("/receipt-inquiries", {"asked": ["P-1", sent["receipt"]]})
    assert [one["receipts"] for one in inquiry["items"]] == [[], []]


async def test_outreach_asks_after_what_crossed_to_the_other_side(town: Town) -> None:
    """A buyer whom outreach refers lies where it sees nothing (R9); its receipt says that it has
    arrived and is answered, and the silence alarm finds it: nobody may fall silent (S69)."""
    outreach, line = town["youth outreach"], town["line manager"]
    told = report("U-7", role="buyer", bornOn="1980-03-02") | {"source": "youth-outreach"}
    sent = await outreach.post("/referrals", told, expect=201)
    await town.level()
    await outreach.get(f"/referrals/{sent['referralId']}", expect=404)
    asked = {**YEAR, "references": ["U-7", "U-8"]}
    alarm = await outreach.ask("/silence-alarms", asked)
    assert (alarm["neverArrived"], alarm["unanswered"][0]["asked"]) == (["U-8"], "U-7")
    line.position = outreach.position
    accepted = await line.post(f"/referrals/{sent['referralId']}/acceptances")
    outreach.position = accepted["position"]
    [receipt] = (await outreach.get("/receipts"))["items"]
    assert (receipt["receipt"], receipt["status"]) == (sent["receipt"], "answered")
    assert not any(word in str(receipt) for word in ("support-line", "buyer", accepted["caseId"]))
    assert (await town["nexus manager"].get("/receipts"))["items"] == []
