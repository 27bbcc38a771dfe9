"""One case as it stands: consents, coordinators, investigations, assessments, interventions,
applications, and what went out. Told from its facts, opened for the reader, as corrected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import msgspec
from pydantic.alias_generators import to_camel

from api.door import Lead, reading
from api.door.answers import (
    Seen,
)
from api.door.visit import Visit
from api.resources.clocks import clocks_of
from api.resources.linked import without_unseen
from api.resources.overview_parts import Overview
from api.resources.story import CORRECTION, Told, opened
from domain.labels import Label
from domain.policy import Act, Information
from projections import caseload, timeline
from projections.takeovers import TakeoverStatus

_MOST: Final = 1000

# --- which fact tells what -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """In which list a fact stands, by which id, what its moment is called there, and what its
    fields are called where that differs."""

    section: str
    moment: str
    id: str | None = None  # without one, every fact stands for itself
    called: Mapping[str, str] = field(default_factory=dict)


_FILED: Final = {"filing": "application_id"}
_IN_KINDS: Final = {"scope": "kinds", "going_along": "kinds"}
_OUT: Final = {"referral": "external_referral_id", **_IN_KINDS}
_PARTS: Final[Mapping[str, _Part]] = {
    "case.consent-given": _Part("consents", "given_at", "consent", _IN_KINDS),
    "case.consent-narrowed": _Part("consents", "narrowed_at", "consent", _IN_KINDS),
    "case.consent-withdrawn": _Part("consents", "withdrawn_at", "consent"),
    "case.coordinator-admitted": _Part("engagements", "engaged_at", "coordinator"),
    "case.coordinator-released": _Part("engagements", "released_at", "coordinator"),
    "case.coordinator-consulted": _Part("consultations", "consulted_at"),
    "case.investigation-opened": _Part("investigations", "opened_at", "investigation"),
    "case.concerned-informed": _Part("investigations", "informed_at", "investigation"),
    "case.advice-given": _Part("advice_givings", "given_at"),
    "case.investigation-concluded": _Part("investigations", "concluded_at", "investigation"),
    "presumption-assessed": _Part("presumptions", "assessed_at"),
    "risk-assessed": _Part("risks", "assessed_at"),
    "case.intervention-decided": _Part("interventions", "decided_at", "intervention"),
    "case.intervention-started": _Part("interventions", "started_at", "intervention"),
    "case.intervention-ended": _Part("interventions", "ended_at", "intervention"),
    "case.application-made": _Part("applications", "made_at", "filing", _FILED),
    "case.application-answered": _Part("applications", "answered_at", "filing", _FILED),
    "case.application-ended": _Part("applications", "ended_at", "filing", _FILED),
    "case.external-referral-sent": _Part("external_referrals", "made_at", "referral", _OUT),
    "case.external-referral-made": _Part("external_referrals", "made_at", "referral", _OUT),
    "case.external-referral-answered": _Part(
        "external_referrals", "answered_at", "referral", {**_OUT, "text": "answer_text"}
    ),
    "case.transfer-requested": _Part("transfers", "requested_at", "transfer"),
    "case.transfer-answered": _Part("transfers", "answered_at", "transfer"),
    "case.transfer-taken-further": _Part("transfers", "inspectorate_asked_at", "transfer"),
    "case.transfer-decided": _Part("transfers", "inspectorate_decided_at", "transfer"),
    "case.takeover-requested": _Part("takeover_requests", "requested_at", "takeover"),
    "case.takeover-declined": _Part(
        "takeover_requests", "answered_at", "takeover", {"reason": "decline_reason"}
    ),
    "case.linked": _Part("links", "linked_at", "link"),
    "case.link-removed": _Part("links", "removed_at", "link"),
    "case.referral-sent": _Part("child_reports", "reported_at"),
    "police-report-made": _Part("police_reports", "reported_at"),
}
_VEIL: Final = "case.assessment-recorded"
_ANSWERING: Final = ("case.handover-offered", "case.closed")
_NAMES: Final = [
    CORRECTION,
    _VEIL,
    *_ANSWERING,
    *(name for name in _PARTS if name.startswith("case.")),
]


@reading(
    "readOverview",
    Label("Läs hur ärendet står", "Read how the case stands"),
    Label(
        "Samtycken, regionkoordinatorer, utredningar, bedömningar, insatser, ansökningar och det"
        " som har gått ut ur förvaltningen, som det står nu; och fristerna med klocka och lagrum.",
        "Consents, coordinators, investigations, assessments, interventions, applications and what"
        " has gone out of the administration, as it stands now; and the deadlines with their"
        " clocks and sections of the law.",
    ),
    asks=(Act.READ, Information.TIMELINE),
    view=timeline.PROJECTION.name,
    leads=(Lead("listTimelineEntries", {"caseId": "caseId"}),),
)
async def read(visit: Visit, case_id: UUID) -> Seen[Overview]:
    found = await visit.file(case_id, "case", Information.TIMELINE)
    page = await visit.ask(
        timeline.page,
        visit.viewer,
        file=case_id,
        streams=[case_id],
        names=_NAMES,
        limit=_MOST,
    )
    await visit.include(caseload.PROJECTION.name)
    line = await visit.ask(caseload.line, visit.viewer, case_id)
    referrals = line.referrals if line else ()
    story = await without_unseen(visit, await opened(visit, found, page.lines))
    told = overview_of(story)
    answer = msgspec.convert(
        {"caseId": case_id, "position": visit.position, **told}, Overview, strict=False
    )
    answer.deadlines = await clocks_of(
        visit, found, case_id, [case_id, *referrals], Information.TIMELINE
    )
    return Seen(answer, [case_id, found.person, *referrals])


def overview_of(told: Iterable[Told]) -> dict[str, list[dict[str, Any]]]:
    """Each list with its entries, in the shape of the answer, without what was recorded by mistake
    and links that were removed."""
    told = list(told)
    mistaken = {one.facts["entry"] for one in told if one.kind == CORRECTION}
    items = {one.facts["item"] for one in told if one.kind == CORRECTION}
    sections: dict[str, dict[object, dict[str, Any]]] = {}
    for one in told:
        if one.line.version in mistaken:
            continue
        if one.kind in _ANSWERING:
            _answer_takeovers(sections.get("takeover_requests", {}).values(), one)
        if part := _PARTS.get(one.kind):
            said = {**one.facts, **one.content}
            key = said[part.id] if part.id else one.line.position
            if key in items:
                continue
            if part.moment == "removed_at":
                sections[part.section].pop(key, None)
                continue
            names = {f"{part.id}": f"{part.id}_id", "coordinator": "coordinator_id", **part.called}
            entry = {to_camel(names.get(name, name)): value for name, value in said.items()}
            entry[to_camel(part.moment)] = one.line.occurred_at
            if one.kind == "case.takeover-declined":
                entry["status"] = TakeoverStatus.DECLINED
            entries = sections.setdefault(part.section, {})
            if part.moment == "engaged_at" and key in entries:  # once more
                entries[one.line.position] = entries.pop(key)
            entries[key] = {**entries.get(key, {}), **entry}
    return {to_camel(name): list(entries.values()) for name, entries in sections.items()}


def _answer_takeovers(requests: Iterable[dict[str, Any]], one: Told) -> None:
    """An offer to the unit that asked is its answer, too; with the case every request lapses."""
    offered_to = one.facts.get("to_unit")
    how = TakeoverStatus.OFFERED if offered_to else TakeoverStatus.LAPSED
    for request in requests:
        if "answeredAt" not in request and offered_to in (None, request["unit"]):
            request |= {"status": how, "answeredAt": one.line.occurred_at}
