"""Somebody is always responsible (S69): where nobody is, or nobody is there, it shows here."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from api.door import reading
from api.door.answers import Answer, Count, Moment, Position, Seen, Unit
from api.door.visit import Visit
from domain.codes import Compartment, Purpose
from domain.labels import Label
from domain.policy import Act, Information
from domain.staff import SIDES
from projections import responsibility, staff
from projections.responsibility import Lack

_MOST = 100


class ResponsibilityGap(Answer):
    file_id: Annotated[
        UUID,
        Meta(
            description="Of a case or referral.", examples=["5a1c9f5d-7c3f-4b6e-9d59-2f0a64c5be02"]
        ),
    ]
    kind: Annotated[str, Meta(description="case or referral.", examples=["case"])]
    holder: Annotated[str, Meta(description="The unit, if there is one.", examples=["nexus"])]
    since: Moment
    lack: Lack
    asked: Annotated[
        str, Meta(description="The unit that must answer, if it is another.", examples=["nexus"])
    ]


class ResponsibilityGaps(Answer):
    items: list[ResponsibilityGap]
    position: Position


@reading(
    "listResponsibilityGaps",
    Label("Visa var ingen är ansvarig", "List where nobody is responsible"),
    Label(
        "Aktualiseringar utan någon som håller i dem, öppna ärenden utan ansvarig enhet, och det"
        " som hålls av en enhet, eller väntar på svar av en, där ingen som får se det är på plats:"
        " ingen har en tjänst där, eller alla är lediga. Listan ska vara tom (S69).",
        "Referrals that nobody holds, open cases without a responsible unit, and what is held by a"
        " unit, or waits for its answer, in which nobody is there who may see it: nobody has a"
        " position there, or everybody is on leave. The list must be empty (S69).",
    ),
    asks=(Act.READ, Information.EVENT_METADATA),
    view=responsibility.PROJECTION.name,
    purpose=Purpose.REVIEW,
)
async def gaps(visit: Visit) -> Seen[ResponsibilityGaps]:
    found = await visit.ask(responsibility.gaps, visit.viewer, _MOST)
    answer = ResponsibilityGaps(
        items=[
            ResponsibilityGap(
                file_id=gap.file,
                kind=gap.kind,
                holder=gap.holder,
                since=gap.since,
                lack=Lack(gap.lack),
                asked=gap.asked,
            )
            for gap in found
        ],
        position=visit.position,
    )
    return Seen(answer, [gap.file for gap in found])


# --- sides without anybody -------------------------------------------------------------------


class UnstaffedSide(Answer):
    unit: Unit
    side: Compartment
    files: Annotated[Count, Meta(description="Held, or waiting for an answer.")]


class UnstaffedSides(Answer):
    items: list[UnstaffedSide]
    position: Position


@reading(
    "listUnstaffedSides",
    Label("Visa var ingen är på plats", "List where nobody is there"),
    Label(
        "De sidor av enheterna som ska kunna ta emot men där ingen har en tjänst, eller alla är"
        " lediga; även innan något har kommit dit. För enhetschefer den egna sidan, för"
        " administratörer alla (S69).",
        "The sides that units are to receive where nobody has a position, or everybody is on leave;"
        " also before anything has come there. For unit managers their own side, for"
        " administrators all (S69).",
    ),
    asks=(Act.MANAGE, Information.STAFF),
    view=responsibility.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
)
async def unstaffed(visit: Visit) -> Seen[UnstaffedSides]:
    await visit.include(staff.PROJECTION.name)
    organisation = await visit.house.desk.organised_now()
    carried = [
        (unit.code, side)
        for unit in organisation.units
        for side in SIDES
        if organisation.carries_cases(unit.code, side)
    ]
    found = await visit.ask(responsibility.unstaffed, visit.viewer, carried)
    answer = UnstaffedSides(
        items=[
            UnstaffedSide(unit=gap.unit, side=Compartment(gap.side), files=gap.files)
            for gap in found
        ],
        position=visit.position,
    )
    return Seen(answer, [])
