"""A town where something has happened everywhere: files of every unit, side and state.

Each file is known with what access to it depends on, told here by hand from what was done over
HTTP. So the policy says who should see it, and the doors are held against that.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from api.commands.work import Desk
from domain.codes import Compartment, StaffRole
from domain.policy import File, Viewer
from tests.acceptance.doors import NOBODYS
from tests.acceptance.knocking import MARKER, Caller
from tests.acceptance.town import Person, Town
from tests.api.test_logging import logged


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A file of the town. A referral is asked of one unit, and some others may be told of it."""

    name: str
    id: UUID
    kind: str
    file: File
    asked: str = ""
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A handover, answered or not."""

    id: UUID
    from_unit: str
    to_unit: str


@dataclass(slots=True, kw_only=True)
class Settled:
    town: Town
    call: Caller
    files: dict[str, Known] = field(default_factory=dict)
    viewers: dict[str, Viewer] = field(default_factory=dict)
    handovers: dict[str, Offer] = field(default_factory=dict)  # by the case's name
    team: UUID = NOBODYS
    operation: UUID = NOBODYS
    activity: UUID = NOBODYS
    mandate: UUID = NOBODYS
    inquiry: UUID = NOBODYS
    review: UUID = NOBODYS
    external: UUID = NOBODYS  # a question that the police were asked
    disposal: UUID = NOBODYS  # of nothing, unless a file of tests disposes of something
    leaver: Person | None = None

    @property
    def desk(self) -> Desk:
        return self.town.rooms.house.desk

    def token(self, who: str) -> str:
        return self.town[who].token

    def ids_of(self, kind: str) -> Iterator[Known]:
        return (known for known in self.files.values() if known.kind == kind)

    async def head(self) -> int:
        return await self.town.rooms.facts.head()

    def knows(self, name: str, kind: str, file_id: str, file: File, **more: Any) -> Known:
        known = Known(name=name, id=UUID(file_id), kind=kind, file=file, **more)
        self.files[name] = known
        return known

    def changes(self, name: str, **how: Any) -> None:
        known = self.files[name]
        self.files[name] = replace(known, file=replace(known.file, **how))


@asynccontextmanager
async def nothing_comes_of_it(settled: Settled) -> AsyncIterator[None]:
    """Whatever is tried within, nothing is recorded, and nothing of it stands in the log."""
    head = await settled.head()
    with logged() as lines:
        yield
    assert await settled.head() == head
    assert MARKER not in lines.getvalue()
    assert '"level": "error"' not in lines.getvalue()


def born(years_ago: int) -> str:
    today = date.today()  # noqa: DTZ011, TID251 - ages are told today
    return date(today.year - years_ago, 1, 1).isoformat()


async def settle(town: Town) -> Settled:
    settled = Settled(town=town, call=Caller(town.session, town.base))
    await _staff(settled)
    await _cases_of_nexus(settled)
    await _cases_of_childrens_intake(settled)
    await _taken_back(settled)
    await _the_other_sides(settled)
    await _referrals_that_wait(settled)
    await _a_team(settled)
    await _operations(settled)
    await _activities(settled)
    await _a_mandate(settled)
    await _a_review(settled)
    await _one_who_left(settled)
    await town.level()
    for person in town.people.values():
        person.position = 0
    return settled


async def _staff(settled: Settled) -> None:
    town = settled.town
    worker, manager = {"role": "case-worker"}, {"role": "unit-manager"}
    office: dict[str, Any] = {"unit": "administration", "side": None}
    await town.employ("line worker", unit="support-line-two", side="b", **worker)
    other: dict[str, Any] = {"unit": "childrens-intake", "side": "b", "qualifiedForChildren": True}
    await town.employ("intake worker of the other side", **other, **worker)
    await town.employ("intake manager of the other side", **other, **manager)
    await town.employ(
        "outreach of the other side", unit="homeless-outreach", side="b", role="outreach-worker"
    )
    await town.employ("relatives manager", unit="support-line-three", side="c", **manager)
    await town.employ("strategist", unit="strategic-support", side=None, role="strategic-support")
    await town.employ(
        "coordinator", unit="regional-coordinators", side=None, role="regional-coordinator"
    )
    await town.employ(
        "engaged coordinator", unit="regional-coordinators", role="regional-coordinator"
    )
    await town.employ("analyst", **office, role="analyst")
    await town.employ("association", unit="civil-society-htb", side=None, role="external-sender")
    await town.level()
    for who, person in town.people.items():
        me = await settled.call("GET", "/me", token=person.token)
        settled.viewers[who] = Viewer(
            staff=person.staff_id,
            role=StaffRole(me["role"]),
            unit=me["unit"],
            side=Compartment(me["side"]) if me["side"] else None,
        )


# --- what is sent and accepted ---------------------------------------------------------------


async def _sent(settled: Settled, name: str, by: str, **told: Any) -> Known:
    """A referral, and where the answer says that it went."""
    person = {"role": "exposed", "name": f"Namn {name}."} | told.pop("person", {})
    body = {
        "source": "police",
        "channel": "phone",
        "concern": "prostitution",
        "account": f"Berättelse om {name}.",
        "person": person,
    }
    reply = await settled.town[by].post("/referrals", {**body, **told}, expect=201)
    routing = reply["routing"]
    compartment = {
        "exposed": Compartment.EXPOSED,
        "buyer": Compartment.PERPETRATOR,
        "relative": Compartment.RELATIVE,
        "unknown": Compartment.TRIAGE,
    }[person["role"]]
    file = File(
        compartment=compartment,
        receiving_unit=routing["unit"],
        sending_unit=settled.viewers[by].unit,
        informed_units=tuple(routing["informed"]),
    )
    for other in settled.town.people.values():
        other.position = max(other.position, reply["position"])
    way = {"asked": routing["unit"], "told": file.informed_units}
    return settled.knows(name, "referral", reply["referralId"], file, **way)


async def _opened(settled: Settled, name: str, manager: str, **told: Any) -> None:
    """A referral from the police, accepted: a case."""
    referral = await _sent(settled, f"{name}: referral", "police officer", **told)
    accepted = await settled.town[manager].post(f"/referrals/{referral.id}/acceptances")
    unit = settled.viewers[manager].unit
    assert accepted["unit"] == unit
    settled.changes(referral.name, receiving_unit=None, informed_units=(unit,))
    file = File(compartment=referral.file.compartment, responsible_unit=unit)
    settled.knows(name, "case", accepted["caseId"], file)


async def _assigned(settled: Settled, name: str, manager: str, worker: str) -> None:
    path, worker_id = f"/cases/{settled.files[name].id}", settled.town[worker].staff_id
    etag = (await settled.town[manager].get(path)).headers["ETag"]
    body = {"workerId": str(worker_id)}
    await settled.town[manager].post(f"{path}/assignments", body, etag=etag)
    settled.changes(name, workers=(worker_id,))


async def _engaged(settled: Settled, name: str, manager: str, coordinator: str) -> None:
    path, who = f"/cases/{settled.files[name].id}", settled.town[coordinator].staff_id
    kinds = ["identity", "contact", "circumstances"]
    consent = {"kinds": kinds, "receiver": "regional-coordinators"}
    await settled.town[manager].post(f"{path}/consents", consent, expect=201)
    body = {"coordinatorId": str(who)}
    await settled.town[manager].post(f"{path}/coordinator-engagements", body)
    case = settled.files[name].id
    settled.changes(name, id=case, engaged=(who,))
    asks = settled.viewers[coordinator]
    settled.viewers[coordinator] = replace(asks, engaged_in=asks.engaged_in | {case})


async def _consulted(settled: Settled, name: str, manager: str, unit: str) -> None:
    path, body = f"/cases/{settled.files[name].id}", {"unit": unit, "question": "Känd hos er?"}
    await settled.town[manager].post(f"{path}/consultations", body, expect=201)
    settled.changes(name, consulted_units=(unit,))


async def _offered(settled: Settled, name: str, manager: str, to_unit: str) -> UUID:
    path = f"/cases/{settled.files[name].id}"
    etag = (await settled.town[manager].get(path)).headers["ETag"]
    body = {"toUnit": to_unit, "reason": "Annan enhets ansvar."}
    reply = await settled.town[manager].post(f"{path}/handovers", body, etag=etag, expect=201)
    settled.changes(name, receiving_unit=to_unit)
    offer = Offer(UUID(reply["handoverId"]), settled.viewers[manager].unit, to_unit)
    settled.handovers[name] = offer
    return offer.id


async def _moved(settled: Settled, name: str, manager: str, to_manager: str) -> None:
    """Offered and taken over."""
    unit, receiver = settled.viewers[to_manager].unit, settled.town[to_manager]
    handover = await _offered(settled, name, manager, unit)
    receiver.position = settled.town[manager].position
    await receiver.post(f"/cases/{settled.files[name].id}/handovers/{handover}/acceptances")
    settled.changes(name, responsible_unit=unit, receiving_unit=None)


async def _asked_outside(settled: Settled, name: str, manager: str) -> None:
    path = f"/cases/{settled.files[name].id}/external-referrals"
    told = {"kinds": ["identity"], "text": "Behöver skydd på vägen hem."}
    body = {"receiver": "police", "party": "police", "ground": "serious-crime", **told}
    manager_of = settled.town[manager]
    _, latest = [await manager_of.post(path, body, expect=201) for _ in range(2)]
    settled.external = UUID(latest["externalReferralId"])


# --- the files -------------------------------------------------------------------------------


async def _cases_of_nexus(settled: Settled) -> None:
    town, manager = settled.town, "nexus manager"
    adult = {"person": {"bornOn": born(30)}}
    names = ("assigned", "colleague's", "offered", "closed", "unassigned", "taken over")
    for name in names:  # what R2 binds is handed over to nobody else
        unbound = {"concern": "unknown"} if name in ("offered", "taken over") else {}
        await _opened(settled, name, manager, **adult, **unbound)
    await _assigned(settled, "assigned", manager, "nexus worker")
    path = f"/cases/{settled.files['assigned'].id}/notes"
    worker = town["nexus worker"]
    worker.position = town[manager].position
    for number in range(1, 8):
        await worker.post(path, {"text": f"Anteckning {number}."}, expect=201)
    await _assigned(settled, "colleague's", manager, "nexus colleague")
    await _engaged(settled, "assigned", manager, "engaged coordinator")
    await _asked_outside(settled, "assigned", manager)
    await _consulted(settled, "colleague's", manager, "childrens-intake")
    await _offered(settled, "offered", manager, "childrens-intake")
    await _moved(settled, "taken over", manager, "intake manager")
    closed = f"/cases/{settled.files['closed'].id}"
    etag = (await town[manager].get(closed)).headers["ETag"]
    await town[manager].post(f"{closed}/closures", {"outcome": "needs-met"}, etag=etag)


async def _cases_of_childrens_intake(settled: Settled) -> None:
    manager, child = "intake manager", {"person": {"bornOn": born(15)}}
    for name in ("child's", "child's offered", "child's offered too"):
        await _opened(settled, name, manager, **child)
    await _assigned(settled, "child's", manager, "intake worker")
    await _offered(settled, "child's offered", manager, "nexus")
    await _offered(settled, "child's offered too", manager, "nexus")


async def _taken_back(settled: Settled) -> None:
    """A case of Nexus that the unit which had it asks for, twice."""
    name, intake, nexus = "asked for back", "intake manager", "nexus manager"
    await _opened(settled, name, intake, person={"bornOn": born(16)})
    await _moved(settled, name, intake, nexus)
    asked = f"/referrals/{settled.files[f'{name}: referral'].id}/takeover-requests"
    case, why = settled.files[name].id, {"reason": "Vi har en pågående kontakt."}
    first = (await settled.town[intake].post(asked, why, expect=201))["takeoverId"]
    decline = f"/cases/{case}/takeover-requests/{first}/declines"
    why_not = {"reason": "work-is-under-way", "explanation": "Vi har kontakten nu."}
    await settled.town[nexus].post(decline, why_not)
    await settled.town[intake].post(asked, why, expect=201)


async def _the_other_sides(settled: Settled) -> None:
    buyer = {"person": {"role": "buyer", "bornOn": born(45)}}
    relative = {"person": {"role": "relative", "bornOn": born(50)}}
    for name in ("buyer's", "other buyer's"):
        await _opened(settled, name, "line manager", **buyer)
    await _assigned(settled, "buyer's", "line manager", "line worker")
    await _sent(settled, "buyer waits", "outreach of the other side", **buyer)
    await _opened(settled, "relative's", "relatives manager", **relative)
    young = {"person": {"role": "buyer", "bornOn": born(16)}}
    await _opened(settled, "young buyer's", "intake manager of the other side", **young)
    await _sent(settled, "relative waits", "police officer", **relative)


async def _referrals_that_wait(settled: Settled) -> None:
    adult = {"person": {"bornOn": born(28)}}
    await _sent(settled, "waits", "police officer", **adult)
    await _sent(settled, "waits, acute", "police officer", acute=True, **adult)
    await _sent(settled, "age unknown", "police officer")
    held = {"source": "homeless-outreach", **adult}
    await _sent(settled, "held by outreach", "homeless outreach", **held)
    await _sent(settled, "from youth outreach", "youth outreach", person={"bornOn": born(14)})
    await _sent(settled, "role unknown", "police officer", person={"role": "unknown"})
    declined = await _sent(settled, "decline proposed", "police officer", **adult)
    body = {"reason": "other-municipality", "explanation": "Bor i Enköping."}
    await settled.town["nexus worker"].post(f"/referrals/{declined.id}/declines", body)


# --- the team, and one who left --------------------------------------------------------------


async def _a_team(settled: Settled) -> None:
    manager, administrator = settled.town["nexus manager"], settled.town["administrator"]
    board = {"registerNumber": "SCN-2022-00355", "decidedOn": "2022-11-22", "matter": "team"}
    mandate = (await administrator.post("/mandates", board, expect=201))["mandateId"]
    settled.team = UUID((await manager.post(f"/mandates/{mandate}/teams", expect=201))["teamId"])
    pilot = {"leadUnit": "nexus", "pilotFrom": "2023-04-01", "pilotUntil": "2024-03-31"}
    await manager.post(f"/teams/{settled.team}/establishments", pilot)
    member = {"staffId": str(settled.town["nexus worker"].staff_id), "percentage": 50}
    await manager.post(f"/teams/{settled.team}/members", member, expect=201)


async def _operations(settled: Settled) -> None:
    """Two are announced by the police; one is acknowledged by one who handles it."""
    police, manager = settled.town["police officer"], settled.town["nexus manager"]
    for day in ("01", "02"):
        body = {"plannedOn": f"2024-02-{day}", "announcedAt": "2024-01-31T08:00:00Z"}
        reply = await police.post("/police-operations", body, expect=201)
        settled.operation = UUID(reply["operationId"])
    await manager.post(f"/police-operations/{settled.operation}/acknowledgements")


async def _activities(settled: Settled) -> None:
    """One held and one planned."""
    manager = settled.town["nexus manager"]
    plan = {"kind": "prevention", "place": "school", "audience": "pupils"}
    for day in ("01", "02"):
        body = {**plan, "plannedOn": f"2024-02-{day}", "ageBand": "aged-16-to-21"}
        reply = await manager.post("/activities", body, expect=201)
        settled.activity = UUID(reply["activityId"])
    held = {"heldOn": "2024-02-02", "reached": 60, "schools": 1}
    await manager.post(f"/activities/{settled.activity}/holdings", held)


async def _a_mandate(settled: Settled) -> None:
    """An inquiry under a decision of the board, and a need that it counts."""
    decided = {"registerNumber": "SCN-2022-00355", "decidedOn": "2022-11-22"}
    body = {**decided, "matter": "reception-inquiry"}
    reply = await settled.town["strategist"].post("/mandates", body, expect=201)
    settled.mandate = UUID(reply["mandateId"])
    manager = settled.town["nexus manager"]
    path = f"/mandates/{settled.mandate}/inquiries"
    settled.inquiry = UUID((await manager.post(path, expect=201))["inquiryId"])
    need = {"kind": "counselling", "group": "sold-sex", "expressedOn": "2024-02-01"}
    await manager.post(f"/inquiries/{settled.inquiry}/needs", need, expect=201)


async def _a_review(settled: Settled) -> None:
    """Of one day, with a sample of what was read; nothing is judged yet."""
    auditor = settled.town["auditor"]
    scope = {"periodFrom": "2024-02-01", "periodUntil": "2024-02-01", "size": 3}
    opened = await auditor.post("/reviews", {**scope, "ground": "Återkommande."}, expect=201)
    settled.review = UUID(opened["reviewId"])


async def _one_who_left(settled: Settled) -> None:
    town = settled.town
    leaver = await town.employ("leaver", unit="nexus", role="unit-manager")
    settled.leaver = town.people.pop("leaver")
    await town["administrator"].post(f"/staff-members/{leaver.staff_id}/departures", {})
