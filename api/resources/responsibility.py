"""Somebody is always responsible (S69): where nobody is, it shows here."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from api.door import reading
from api.door.answers import Answer, Moment, Position, Seen
from api.door.visit import Visit
from domain.codes import Purpose
from domain.labels import Label
from domain.policy import Act, Information
from projections import responsibility
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


class ResponsibilityGaps(Answer):
    items: list[ResponsibilityGap]
    position: Position


@reading(
    "listResponsibilityGaps",
    Label("Visa var ingen är ansvarig", "List where nobody is responsible"),
    Label(
        "Aktualiseringar utan någon som håller i dem, öppna ärenden utan ansvarig enhet, och det"
        " som hålls av en enhet där ingen längre har en tjänst som får se det. Listan ska vara tom"
        " (S69).",
        "Referrals that nobody holds, open cases without a responsible unit, and what is held by a"
        " unit in which nobody has a position any more to see it. The list must be empty (S69).",
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
            )
            for gap in found
        ],
        position=visit.position,
    )
    return Seen(answer, [gap.file for gap in found])
