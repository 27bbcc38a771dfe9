"""What stands in one file of another is told to nobody who may not see the other: a link to a case,
and that a record may be a double of somebody's."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from api.door.visit import Visit
from api.resources.story import Told
from domain.policy import Act, Information, may
from projections import access
from projections.access import persons

_LINKED: Final = "case.linked"
_OF_LINKS: Final = (_LINKED, "case.link-removed")
_DOUBLE: Final = "person.duplicate-noted"


async def without_unseen(visit: Visit, story: Sequence[Told]) -> list[Told]:
    """A story without its links to what the reader may not see, and without their removal; and
    without doubles of whom the reader may see no file."""
    hidden = {
        one.facts["link"]
        for one in story
        if one.kind == _LINKED and not await _sees_case(visit, one.content.get("other"))
    }
    known = await _seen_records(visit, {one.facts["other"] for one in story if one.kind == _DOUBLE})
    return [
        one
        for one in story
        if not (one.kind in _OF_LINKS and one.facts["link"] in hidden)
        and not (one.kind == _DOUBLE and UUID(one.facts["other"]) not in known)
    ]


async def _sees_case(visit: Visit, other: str | None) -> bool:
    """Each is judged as the case that it is."""
    known = await visit.house.views.file(UUID(other)) if other else None
    return known is not None and may(visit.viewer, Act.READ, Information.LINE, known.file)


async def _seen_records(visit: Visit, others: Collection[str]) -> set[UUID]:
    """Those about whom there is a file that the reader may see."""
    if not others:
        return set()
    await visit.include(access.PROJECTION.name)
    every = [UUID(other) for other in others]
    return {one.person for one in await visit.ask(persons.files, visit.viewer, every)}
