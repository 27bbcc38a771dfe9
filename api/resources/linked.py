"""Links are told to nobody who may not see the other case (domain/case/link.py)."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from api.door.visit import Visit
from api.resources.story import Told
from domain.policy import Act, Information, may

_LINKED: Final = "case.linked"
_REMOVED: Final = "case.link-removed"


async def without_unseen(visit: Visit, story: Sequence[Told]) -> list[Told]:
    """A story without its links to what the reader may not see, and without their removal."""
    hidden = {
        one.facts["link"]
        for one in story
        if one.kind == _LINKED and not await _is_seen(visit, one.content.get("other"))
    }
    return [
        one
        for one in story
        if one.kind not in (_LINKED, _REMOVED) or one.facts["link"] not in hidden
    ]


async def _is_seen(visit: Visit, other: str | None) -> bool:
    """Each is judged as the case that it is."""
    known = await visit.house.views.file(UUID(other)) if other else None
    return known is not None and may(visit.viewer, Act.READ, Information.LINE, known.file)
