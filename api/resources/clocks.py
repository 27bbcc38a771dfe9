"""Which clocks run in a file: each with its name, the law that it stands in, what came of it. No
compilation tells it (SoLPuL 7 a §): a list of what is due leads here by the deadline's number."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.door.answers import Answer, DeadlineId, Due, Moment, Words
from api.door.visit import Visit
from api.resources.story import Told, opened
from domain.clocks import TABLE
from domain.codes import ClockKind, DeadlineKind, StatuteVersion
from domain.policy import Information
from projections import timeline
from projections.access import Found
from projections.deadlines import DeadlineStatus

_MOST: Final = 1000
_NAMES: Final = {
    "deadline.set": DeadlineStatus.RUNNING,
    "deadline.extended": DeadlineStatus.RUNNING,
    "deadline.resumed": DeadlineStatus.RUNNING,
    "deadline.paused": DeadlineStatus.PAUSED,
    "deadline.missed": DeadlineStatus.MISSED,
    "deadline.met": DeadlineStatus.MET,
    "deadline.caught-up": DeadlineStatus.CAUGHT_UP,
    "deadline.fallen-away": DeadlineStatus.FALLEN_AWAY,
}
_ENDS: Final = (DeadlineStatus.MET, DeadlineStatus.CAUGHT_UP, DeadlineStatus.FALLEN_AWAY)


class ClockAsItStands(Answer, kw_only=True):
    """One deadline of the file. A clock without a statute is the municipality's own."""

    deadline_id: DeadlineId
    kind: DeadlineKind
    clock: Annotated[ClockKind | UnsetType, Meta(description="Which of the clocks.")] = UNSET
    label: Words | UnsetType = UNSET
    statute: Annotated[str | UnsetType | None, Meta(examples=["SoL 2001:453"])] = UNSET
    section: Annotated[str | UnsetType | None, Meta(examples=["11:1 a"])] = UNSET
    version: Annotated[
        StatuteVersion, Meta(description="The Social Services Act in force when it started.")
    ]
    started_at: Moment
    due: Due
    status: DeadlineStatus
    ended_at: Moment | None = None


async def clocks_of(
    visit: Visit, found: Found, file: UUID, streams: Collection[UUID], information: Information
) -> list[ClockAsItStands]:
    """In the order in which they started, as far as the reader may see this kind of information."""
    page = await visit.ask(
        timeline.page,
        visit.viewer,
        file=file,
        streams=streams,
        information=information,
        names=list(_NAMES),
        limit=_MOST,
    )
    return list(as_they_stand(await opened(visit, found, page.lines)))


def as_they_stand(told: Iterable[Told]) -> Iterable[ClockAsItStands]:
    """One of each clock that these facts begin; what they tell of another is left out."""
    stand: dict[str, dict[str, Any]] = {}
    for one in told:
        deadline, status = one.facts["deadline"], _NAMES[one.kind]
        if one.kind == "deadline.set":
            started = {"started_at": one.line.occurred_at}
            stand[deadline] = {**one.facts, **one.content, **started}
        elif deadline not in stand:
            continue  # it was set in another stream, and is told with that
        known = stand[deadline]
        was_missed = known.get("status") is DeadlineStatus.MISSED
        if not (was_missed and status is DeadlineStatus.FALLEN_AWAY):  # it stays missed
            known["status"] = status
        known["due"] = one.facts.get("due", known["due"])
        known["ended_at"] = one.line.occurred_at if status in _ENDS else None
    return (_clock(known) for known in stand.values())


def _clock(known: dict[str, Any]) -> ClockAsItStands:
    version = StatuteVersion(known["version"])
    answer = ClockAsItStands(
        deadline_id=UUID(known["deadline"]),
        kind=DeadlineKind(known["kind"]),
        version=version,
        started_at=known["started_at"],
        due=datetime.fromisoformat(known["due"]),
        status=known["status"],
        ended_at=known["ended_at"],
    )
    if "clock" in known:  # opened for the reader
        answer.clock = ClockKind(known["clock"])
        answer.label = Words.of(answer.clock)
        answer.statute, answer.section = TABLE[answer.clock].basis(version) or (None, None)
    return answer
