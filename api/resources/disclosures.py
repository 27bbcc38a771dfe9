"""What of a case went to whom outside (utlämnanden): each disclosure with the ground that carries
it. It is told from the facts that made it, so that none is missing from the list."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.door import Lead, reading
from api.door.answers import Answer, CaseId, Day, Moment, Position, Seen, Unit
from api.door.visit import Visit
from api.resources.linked import without_unseen
from api.resources.people import Who, who
from api.resources.story import CORRECTION, Told, opened
from domain.case.consent import NEEDED_TO_ENGAGE
from domain.case.outward import REPORTED
from domain.codes import ConsentGiver, DisclosureGround, InformationKind, Receiver
from domain.disclosure import TABLE
from domain.errors import NotFound
from domain.labels import Label
from domain.policy import Act, Information
from projections import caseload, timeline

_MOST: Final = 1000
_CONSENT_GIVEN: Final = "case.consent-given"
DISCLOSING: Final = (
    "case.external-referral-sent",
    "case.external-referral-made",
    "case.coordinator-admitted",
    "case.transfer-requested",
    "case.assessment-recorded",  # the veil of a report to the police
    "referral.assessment-recorded",  # the veil of feedback to whoever reported
)
SAYING_MORE: Final = (CORRECTION, _CONSENT_GIVEN)
"""What says whether a disclosure stands, and on whose consent."""
_NAMES: Final = (*SAYING_MORE, *DISCLOSING)


class Disclosure(Answer):
    """Fields are left out where they were not opened for the reader."""

    position: Position
    disclosed_at: Moment
    who: Who
    kind: Annotated[
        str, Meta(description="What was done.", examples=["case.external-referral-made"])
    ]
    receiver: Annotated[
        Receiver | UnsetType | None, Meta(description="null: whoever reported.")
    ] = UNSET
    party: Unit | UnsetType | None = UNSET
    kinds: list[InformationKind] | UnsetType = UNSET
    ground: DisclosureGround | UnsetType = UNSET
    statute: Annotated[str | UnsetType, Meta(examples=["OSL 2009:400"])] = UNSET
    section: Annotated[str | UnsetType, Meta(examples=["26:1"])] = UNSET
    in_force_since: Day | UnsetType = UNSET


class Disclosures(Answer):
    case_id: CaseId
    items: list[Disclosure]
    position: Position


@reading(
    "listDisclosures",
    Label("Lista vad som har lämnats ut", "List what was disclosed"),
    Label(
        "Varje utlämnande ur ärendet: remisser, polisanmälningar, begärda överflyttningar,"
        " engagerade regionkoordinatorer och återkoppling till den som anmälde; till vem, vilka"
        " slags uppgifter, på vilken grund och med stöd av vilket lagrum.",
        "Every disclosure out of the case: external referrals, police reports, transfers asked for,"
        " engaged regional coordinators and feedback to whoever reported; to whom, which kinds of"
        " information, on which ground and by which section of the law.",
    ),
    asks=(Act.READ, Information.TIMELINE),
    view=timeline.PROJECTION.name,
    leads=(Lead("readOverview", {"caseId": "caseId"}),),
)
async def page(visit: Visit, case_id: UUID) -> Seen[Disclosures]:
    found = await visit.file(case_id, "case", Information.TIMELINE)
    await visit.include(caseload.PROJECTION.name)
    line = await visit.ask(caseload.line, visit.viewer, case_id)
    if line is None:
        raise NotFound
    facts = await _facts(visit, case_id, line.referrals)
    story = await without_unseen(visit, await opened(visit, found, facts))
    made = list(disclosures_in(story))
    people = await who(visit, (told.line.actor for told, _ in made))
    answer = Disclosures(
        case_id=case_id,
        items=[
            Disclosure(
                position=told.line.position,
                disclosed_at=told.line.occurred_at,
                who=people[told.line.actor],
                kind=told.kind,
                **said,
            )
            for told, said in made
        ],
        position=visit.position,
    )
    return Seen(answer, [case_id, found.person, *line.referrals])


async def _facts(visit: Visit, case: UUID, referrals: Collection[UUID]) -> list[timeline.Line]:
    """All of them, however many."""
    lines: list[timeline.Line] = []
    after: int | None = 0
    while after is not None:
        some = await visit.ask(
            timeline.page,
            visit.viewer,
            file=case,
            streams=[case, *referrals],
            names=_NAMES,
            after=after,
            limit=_MOST,
        )
        lines += some.lines
        after = some.after
    return lines


def disclosures_in(story: Iterable[Told]) -> Iterator[tuple[Told, Mapping[str, Any]]]:
    """Each with what it says, without what was recorded by mistake."""
    story = list(story)
    mistaken = {one.facts["entry"] for one in story if one.kind == CORRECTION}
    corrected = {one.facts["item"] for one in story if one.kind == CORRECTION}
    givers = {
        one.facts["consent"]: one.content.get("giver")
        for one in story
        if one.kind == _CONSENT_GIVEN
    }
    for one in story:
        in_case = one.line.name.startswith("case.")
        if in_case and (one.line.version in mistaken or one.facts.get("referral") in corrected):
            continue
        said = _said(one, givers)
        if said is not None:
            yield one, {**said, **_basis(said.get("ground"))}


def _said(one: Told, givers: Mapping[str, ConsentGiver | None]) -> dict[str, Any] | None:
    """To whom, what, and on which ground; nothing for a fact that discloses nothing."""
    match one.kind:
        case "case.external-referral-sent" | "case.external-referral-made":
            told = {**one.content, "kinds": one.content.get("going_along", UNSET)}
            return {
                name: told[name]
                for name in ("receiver", "party", "kinds", "ground")
                if name in told
            }
        case "police-report-made":
            ground = one.content["ground"]
            return {"receiver": Receiver.POLICE, "kinds": _in_order(REPORTED), "ground": ground}
        case "case.coordinator-admitted":
            return {
                "receiver": Receiver.REGIONAL_COORDINATORS,
                "kinds": _in_order(NEEDED_TO_ENGAGE),
                **_consented(givers.get(one.facts["consent"])),
            }
        case "case.transfer-requested":
            # asked for in writing, as SoL 29:10 says: whose case it is, and why (c)
            kinds = (InformationKind.IDENTITY, InformationKind.CIRCUMSTANCES)
            receiver, ground = Receiver.OTHER_MUNICIPALITY, DisclosureGround.DUTY
            return {"receiver": receiver, "kinds": list(kinds), "ground": ground}
        case "feedback-given":
            return {"receiver": None, "ground": DisclosureGround.REPORTER_FEEDBACK}
        case _:
            return None


def _consented(giver: str | None) -> dict[str, Any]:
    if giver is None:
        return {}
    alone = giver == ConsentGiver.PERSON
    return {"ground": DisclosureGround.CONSENT if alone else DisclosureGround.GUARDIAN}


def _basis(ground: str | None) -> dict[str, Any]:
    if ground is None:
        return {}
    basis = TABLE[DisclosureGround(ground)]
    return {"statute": basis.statute, "section": basis.section, "in_force_since": basis.since}


def _in_order(kinds: Iterable[InformationKind]) -> list[InformationKind]:
    return [kind for kind in InformationKind if kind in set(kinds)]
