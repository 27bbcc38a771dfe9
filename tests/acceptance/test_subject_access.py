"""Everything recorded about a person, and who has read it, for that person (GDPR 15, OSL 12:1)."""

import asyncio
from datetime import date
from typing import Any

from domain.codes import Purpose
from tests.acceptance.command_line import said_to
from tests.acceptance.town import Person, Town
from tests.api.test_doors_numbers import number_of

NAME, ACCOUNT, NOTE = "Runa Dimvaka", "Såldes via en webbsida.", "Vill ha stöd att sluta."
NUMBER = number_of(date(1990, 3, 2))
REPORT: dict[str, Any] = {
    "source": "homeless-outreach",
    "channel": "phone",
    "concern": "prostitution",
    "account": "Grannen Ingemo har sett henne där.",
    "person": {
        "role": "exposed",
        "name": NAME,
        "number": NUMBER,
        "contact": "070-1740605",
    },
}


async def case_of(town: Town, sender: Person, body: dict[str, Any]) -> str:
    manager = town["nexus manager"]
    referral = (await sender.post("/referrals", body, expect=201))["referralId"]
    manager.position = sender.position
    accepted = await manager.post(f"/referrals/{referral}/acceptances")
    return str(accepted["caseId"])


async def noted(town: Town, case: str, note: str) -> Person:
    manager, worker = town["nexus manager"], town["nexus worker"]
    etag = (await manager.get(f"/cases/{case}")).headers["ETag"]
    assigned = {"workerId": str(worker.staff_id)}
    await manager.post(f"/cases/{case}/assignments", assigned, etag=etag)
    worker.position = manager.position
    await worker.post(f"/cases/{case}/notes", {"text": note}, expect=201)
    await worker.get(f"/cases/{case}")
    await town.level()
    return manager


async def test_a_person_gets_all_that_is_recorded_and_who_read_it(town: Town) -> None:
    """What others reported is told without who they are (OSL 26:5), nothing of who only tried to
    read it; it is itself a reading, for that purpose."""
    told = {**REPORT, "source": "police-operation", "account": ACCOUNT}
    case = await case_of(town, town["police officer"], told)
    manager = await noted(town, case, NOTE)
    await town["line manager"].get(f"/cases/{case}", expect=404)
    record = await manager.get(f"/cases/{case}/subject-records")
    readable = record["readable"]["sv"]
    assert [text for text in (NAME, ACCOUNT, NOTE, "070-1740605") if text not in readable] == []
    assert {"    roll: Utsatt person", "    vad saken gäller: Prostitution"} <= {
        *readable.splitlines()
    }
    assert "Läs ett ärende" in readable
    assert "    role: Exposed person" in record["readable"]["en"].splitlines()
    assert not [code for code in ("readCase", "R2", "exposed", "compartment") if code in readable]
    received = next(it for it in record["entries"] if "senders" in str(it["omissions"]))
    assert {(it["field"], it["ground"]) for it in received["omissions"]} >= {
        ("source", "OSL 26:5"),
        ("sendersReference", "OSL 26:5"),
        ("senderUnit", "OSL 26:5"),
    }
    assert "police" not in str(record["entries"]).casefold()
    readers = {(it["who"]["staffId"], it["operation"]) for it in record["readings"]}
    assert (str(town["nexus worker"].staff_id), "readCase") in readers
    assert str(town["line manager"].staff_id) not in str(record["readings"])
    again = await manager.get(f"/cases/{case}/subject-records")
    assert again["readings"][0]["purpose"] == Purpose.SUBJECT_ACCESS


async def test_who_reported_is_not_told_by_what_they_told(town: Town) -> None:
    """The account of somebody who is not to be named stays out, and what is said of others' files
    is not even said to be left out."""
    case = await case_of(town, town["homeless outreach"], REPORT)
    manager = await noted(town, case, NOTE)
    child = {**REPORT, "source": "other-unit", "account": "En son.", "concern": "fares-badly"}
    child["person"] = {"role": "relative", "age": "minor", "name": "Ivar Dimvaka"}
    worker = town["nexus worker"]
    await worker.post(f"/cases/{case}/children-reports", child, expect=201)
    manager.position = worker.position
    record = await manager.get(f"/cases/{case}/subject-records")
    assert NOTE in str(record.json)
    for hidden in (REPORT["account"], "Ivar Dimvaka", "En son.", "outreach"):
        assert hidden not in str(record.json)
    labels = [it["label"]["en"] for it in record["entries"]]
    assert not [it for it in labels if "child" in it.casefold()]
    for other in ("nexus worker", "nexus colleague", "auditor", "administrator"):
        await town[other].get(f"/cases/{case}/subject-records", expect=403)
    await town["line manager"].get(f"/cases/{case}/subject-records", expect=404)


async def test_the_unit_of_whoever_reported_is_told_by_no_deadline(town: Town) -> None:
    """A report of a child starts clocks as it is received: for the unit that reported it."""
    child = {**REPORT, "source": "youth-outreach", "concern": "fares-badly"}
    child["person"] = {"role": "exposed", "age": "minor", "name": NAME}
    sender, manager = town["youth outreach"], town["intake manager"]
    referral = (await sender.post("/referrals", child, expect=201))["referralId"]
    manager.position = sender.position
    case = (await manager.post(f"/referrals/{referral}/acceptances"))["caseId"]
    await town.level()
    record = await manager.get(f"/cases/{case}/subject-records")
    assert NAME in record["readable"]["sv"]
    assert "Omedelbar skyddsbedömning" in record["readable"]["sv"]
    for telling in ("outreach", "ungdomsjour", "uppsökande"):
        assert telling not in str(record.json).casefold()


async def test_an_emergency_stands_among_the_readings_in_words(town: Town) -> None:
    """The taking itself, and what was read under it, by its purpose."""
    case = await case_of(town, town["homeless outreach"], REPORT)
    await town.level()
    taker, manager = town["intake worker"], town["nexus manager"]
    await taker.post(f"/cases/{case}/emergency-accesses", {"reason": "Akut fara."}, expect=201)
    await town.level()
    await taker.get(f"/cases/{case}")
    record = await manager.get(f"/cases/{case}/subject-records")
    by_taker = [
        it["operationLabel"]["sv"]
        for it in record["readings"]
        if it["purposeLabel"] == {"sv": "Nödläge", "en": "Emergency"}
    ]
    assert sorted(by_taker) == ["Läs ett ärende", "Öppna ett ärende i ett nödläge"]


async def test_a_subject_record_is_made_on_the_command_line(town: Town) -> None:
    """By whoever answers for the case; a colleague is told that they may not, the other side that
    there is nothing: and each try stands among the readings of the case."""
    case = await case_of(town, town["homeless outreach"], REPORT)
    await town.level()
    manager, colleague, other = (
        town[who] for who in ("nexus manager", "nexus colleague", "line manager")
    )
    said, refused, nothing = await asyncio.gather(
        said_to(town, manager, "subject-access", case),
        said_to(town, colleague, "subject-access", case, ends=1),
        said_to(town, other, "subject-access", case, ends=1),
    )
    assert NAME in said
    assert "does not permit" in refused
    assert "nothing here" in nothing
    assert not [text for text in (NAME, NUMBER, REPORT["account"]) if text in refused + nothing]
    listed = (await town["auditor"].get(f"/cases/{case}/readings"))["items"]
    told = {
        it["outcome"]: it["who"]["staffId"]
        for it in listed
        if it["operation"] == "samordna subject-access"
    }
    assert told == {
        "answered": str(manager.staff_id),
        "not-permitted": str(colleague.staff_id),
        "not-found": str(other.staff_id),
    }
