"""A unit's cases and referrals, followed live: what has changed since the last answer.

Each answer is one step: everything that happened between two positions of the log, in the lines
that the reader may see at the moment of reading, and the ids of what has left. Its mark asks for
the next step, here or at another server, now or when a broken connection is back: nothing is lost
and nothing told twice.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Final, NamedTuple
from uuid import UUID

from msgspec import Meta

from api.door import reading
from api.door.answers import Seen, Step
from api.door.query import CursorText, ReadingQuery
from api.door.visit import Visit
from api.house import Happened
from api.resources.cases import CaseLine, line_of_case
from api.resources.inbox import ReferralLine, line_of_referral
from domain.codes import Purpose
from domain.errors import CursorIsFaulty
from domain.labels import Label
from domain.policy import Act, File, Information, Viewer
from projections import access, caseload, inbox
from projections.caseload import changes as of_caseload
from projections.inbox import changes as of_inbox

MOST_IN_A_STEP: Final = 500  # facts in one step
TOO_LONG_AGO: Final = 20_000  # facts: by then the list is read sooner than its changes


class ChangesQuery(ReadingQuery):
    since: CursorText | None = None
    """`mark` of the answer before. Without it, what changes from now on."""


class CaseChanges(Step):
    """One step. A case that is in neither list has not changed."""

    changed: Annotated[list[CaseLine], Meta(description="As you may see them now.")]

    @property
    def tells(self) -> bool:
        return self.is_anew or bool(self.changed or self.gone)


class ReferralChanges(Step):
    """One step. A referral that is in neither list has not changed."""

    changed: Annotated[list[ReferralLine], Meta(description="As you may see them now.")]

    @property
    def tells(self) -> bool:
        return self.is_anew or bool(self.changed or self.gone)


_FOLLOWING: Final = Label(
    "Ett steg i taget: raderna så som läsaren får se dem nu, och id för det som läsaren inte längre"
    " ser. Med `Accept: text/event-stream` fortsätter svaret som server-sent events: ett per steg,"
    " vart och ett med sitt eget kvitto i åtkomstloggen, och `Last-Event-ID` tar vid efter ett"
    " avbrott. Strömmen slutar med `event: problem` när behörigheten, kvittona eller vyerna inte"
    " längre bär, och med `event: end` när servern stannar; var femtonde sekund hörs den.",
    "A step at a time: the lines as the reader may see them now, and the ids of what the reader"
    " sees no more. With `Accept: text/event-stream` the answer goes on as server-sent events: one"
    " for each step, each with its own receipt in the access log, and `Last-Event-ID` goes on after"
    " a break. The stream ends with `event: problem` when authority, receipts or views no longer"
    " carry it, and with `event: end` when the server stops; every 15 seconds it is heard.",
)


@reading(
    "followCases",
    Label("Följ enhetens ärenden", "Follow the unit's cases"),
    Label(
        f"Vad som ändras i enhetens ärenden. {_FOLLOWING.sv}",
        f"What changes in the unit's caseload. {_FOLLOWING.en}",
    ),
    asks=(Act.READ, Information.LINE),
    view=caseload.PROJECTION.name,
    refuses=(CursorIsFaulty,),
    is_live=True,
)
async def of_cases(visit: Visit, query: ChangesQuery) -> Seen[CaseChanges]:
    step = await _step(visit, query, "case", of_caseload.belongs)
    found = await visit.ask(of_caseload.changed, visit.viewer, step.files) if step.files else ()
    lines = [line for line in found if line.version <= step.happened[line.case].version]
    answer = CaseChanges(
        mark=step.mark,
        is_anew=step.is_anew,
        position=step.until,
        changed=[line_of_case(line) for line in lines],
        gone=step.gone,
    )
    return Seen(answer, [line.case for line in lines] + step.gone)


@reading(
    "followReferrals",
    Label("Följ enhetens aktualiseringar", "Follow the unit's referrals"),
    Label(
        "Vad som ändras i det som enheten tagit emot, skickat eller informerats om."
        f" {_FOLLOWING.sv}",
        "What changes among what the unit was routed, has sent, or is informed of."
        f" {_FOLLOWING.en}",
    ),
    asks=(Act.READ, Information.LINE),
    view=inbox.PROJECTION.name,
    purpose=Purpose.INTAKE,
    refuses=(CursorIsFaulty,),
    is_live=True,
)
async def of_referrals(visit: Visit, query: ChangesQuery) -> Seen[ReferralChanges]:
    step = await _step(visit, query, "referral", of_inbox.belongs)
    found = await visit.ask(of_inbox.changed, visit.viewer, step.files) if step.files else ()
    lines = [line for line in found if line.version <= step.happened[line.referral].version]
    answer = ReferralChanges(
        mark=step.mark,
        is_anew=step.is_anew,
        position=step.until,
        changed=[line_of_referral(line) for line in lines],
        gone=step.gone,
    )
    return Seen(answer, [line.referral for line in lines] + step.gone)


# --- steps -----------------------------------------------------------------------------------


class _Step(NamedTuple):
    """From where the reader stood to where the views stand, or as far as one step goes."""

    mark: str
    is_anew: bool
    until: int
    happened: Mapping[UUID, Happened]
    gone: list[UUID]

    @property
    def files(self) -> Collection[UUID]:
        return list(self.happened)


async def _step(
    visit: Visit,
    query: ChangesQuery,
    kind: access.Kind,
    belongs: Callable[[Viewer, File], bool],
) -> _Step:
    """Who stood where is known from the log itself: what has left is told to whoever could see it
    before, and cannot since. A line that has moved on meanwhile waits for the step that it moved
    in. Raises CursorIsFaulty, PositionIsNotReached, LogUnavailable."""
    await visit.include(access.PROJECTION.name)
    standing = _standing(visit.viewer)
    since = visit.marked(query.since, tuple[int, str]) if query.since else None
    if since is None or since[1] != standing or visit.position - since[0] > TOO_LONG_AGO:
        mark = visit.mark((visit.position, standing))
        return _Step(mark, is_anew=True, until=visit.position, happened={}, gone=[])
    after = since[0]
    until = max(after, min(visit.position, after + MOST_IN_A_STEP))
    happened = await visit.house.happenings.between(after, until)

    def saw(found: access.Found | None) -> bool:
        return bool(found and found.kind == kind and belongs(visit.viewer, found.file))

    gone = [
        file for file, it in happened.items() if it.moved and saw(it.moved[0]) > saw(it.moved[1])
    ]
    visit.position = until
    return _Step(visit.mark((until, standing)), False, until, happened, gone)


def _standing(viewer: Viewer) -> str:
    """What else decides what somebody sees: with any of it changed, there is nothing to go on
    from."""
    opened = (sorted(map(str, it)) for it in (viewer.emergencies, viewer.engaged_in))
    told = [viewer.role, viewer.unit, viewer.side, *opened]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
