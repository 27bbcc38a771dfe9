"""What an auditor hands to whoever supervises: one file in which what was done in a case, and who
has read it, is proved by the audit logs, without any access to the house.

What may be read there is what may be read at the audit's other doors. By default that is who did
what and when, and who has read it; what a case's events say, only for a stated purpose. Where the
receiver may not see a row, or it has been erased, its entry is proved without it.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta
from pydantic import Field

from api.door import reading
from api.door.answers import Answer, CaseId, Count, Position, Seen
from api.door.query import Flag, ReadingQuery
from api.door.visit import Visit
from api.house import Signed
from api.resources.audit import content, metadata, read, referrals_of
from api.resources.people import who
from api.resources.story import opened_but_for
from api.tree.bundles import Lines
from api.tree.bundling import entries
from domain.codes import Purpose
from domain.errors import BundleIsTooLarge, PositionIsNotReached, PurposeIsMissing
from domain.labels import Label
from domain.policy import Act, Information
from projections import timeline
from projections.access import persons

_EVENTS: Final = "events"
_RECEIPTS: Final = "receipts"
_MOST: Final = 5_000  # entries
_TOGETHER: Final = 1_000  # lines of a page
_LOOKS: Final = 100
_PATIENCE: Final = 5.0  # seconds until all is sealed


class BundleQuery(ReadingQuery):
    whole_person: Flag = False
    """Of all the files of the person, and of the person's records, instead of this case alone."""


class StatedBundleQuery(BundleQuery):
    purpose: Annotated[Purpose, Field(examples=[Purpose.REVIEW])]
    """What the reading is for: the policy asks for it, and the access log keeps it."""


class Bundle(Answer):
    case_id: CaseId
    file_name: Annotated[str, Meta(description="To keep it under.", examples=["5a1c9f5d.jsonl"])]
    bundle: Annotated[
        str,
        Meta(
            description="The file, as it is to be kept: JSON Lines. deploy/verify_audit.py verifies"
            " it, and `samordna verify --bundle`.",
            examples=['{"before":"","form":"samordna-bundle/1"}\n'],
        ),
    ]
    entries: Count
    position: Position


@reading(
    "bundleCase",
    Label("Lämna ut bevis om ärendet", "Hand out proofs about the case"),
    Label(
        "En fil som bevisar sig själv: vem som gjorde vad och när, utan innehållet, och varje"
        " läsning, med bevis ur granskningsloggarna.",
        "A file that proves itself: who did what and when, without the content, and every reading,"
        " with proofs from the audit logs.",
    ),
    asks=(Act.READ, Information.EVENT_METADATA),
    view=timeline.PROJECTION.name,
    purpose=Purpose.REVIEW,
    refuses=(BundleIsTooLarge,),
)
async def of_case(visit: Visit, case_id: UUID, query: BundleQuery) -> Seen[Bundle]:
    await visit.file(case_id, "case", Information.EVENT_METADATA)
    await visit.file(case_id, "case", Information.ACCESS_LOG)
    return await _bundle(visit, case_id, query, contents=False)


@reading(
    "bundleCaseContents",
    Label("Lämna ut bevis med ärendets innehåll", "Hand out proofs with the case's content"),
    Label(
        "Bara med angivet ändamål (`purpose=review`), som åtkomstloggen sparar. Som"
        " ärendets bevis, och därtill vad ärendets händelser säger, utan anteckningar, och deras"
        " rader ur loggen.",
        "Only with a stated purpose (`purpose=review`), which the access log keeps. As the proofs"
        " about the case, and with what the case's events say, but for notes, and their rows from"
        " the log.",
    ),
    asks=(Act.READ, Information.EVENT_CONTENT),
    view=timeline.PROJECTION.name,
    purpose=Purpose.REVIEW,
    refuses=(BundleIsTooLarge, PurposeIsMissing),
)
async def with_contents(visit: Visit, case_id: UUID, query: StatedBundleQuery) -> Seen[Bundle]:
    await visit.file(case_id, "case", Information.EVENT_CONTENT)
    await visit.file(case_id, "case", Information.ACCESS_LOG)
    return await _bundle(visit, case_id, query, contents=True)


async def _bundle(
    visit: Visit, case_id: UUID, query: BundleQuery, *, contents: bool
) -> Seen[Bundle]:
    collected = await _collected(visit, case_id, whole=query.whole_person, contents=contents)
    checkpoints = {
        log: await _sealed(visit, log, max(told))
        for log, told in ((_EVENTS, collected.events), (_RECEIPTS, collected.readings))
        if told
    }
    written = _written(visit, case_id, collected, checkpoints)
    answer = Bundle(
        case_id=case_id,
        file_name=f"samordna-{str(case_id)[:8]}-{visit.position}.jsonl",
        bundle="".join([line async for line in written]),
        entries=len(collected.events) + len(collected.readings),
        position=visit.position,
    )
    return Seen(answer, list(collected.subjects), detail=visit.detail(query))


# --- what it is about ----------------------------------------------------------------------------


@dataclass(slots=True)
class _Collected:
    """What is told, by log and position. `open` are the events of which the row is disclosed."""

    subjects: dict[UUID, None] = field(default_factory=dict)
    events: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    readings: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)

    def require_room(self) -> None:
        """Raises BundleIsTooLarge."""
        if len(self.events) + len(self.readings) > _MOST:
            raise BundleIsTooLarge


async def _collected(visit: Visit, case_id: UUID, *, whole: bool, contents: bool) -> _Collected:
    collected = _Collected()
    for file, streams in (await _streams(visit, case_id, whole=whole)).items():
        collected.subjects |= dict.fromkeys(streams)
        await _tell_events(visit, collected, file, streams, contents=contents)
    await _tell_readings(visit, collected)
    return collected


async def _streams(visit: Visit, case_id: UUID, *, whole: bool) -> dict[UUID, list[UUID]]:
    """The streams to tell of, each with the file through which it is seen."""
    if not whole:
        return {case_id: [case_id, *await referrals_of(visit, case_id)]}
    found: dict[UUID, list[UUID]] = {case_id: [case_id]}
    for file in await visit.ask(persons.files_with, case_id):
        its = await visit.house.views.file(file)
        if its and visit.may_read(Information.EVENT_METADATA, its):
            found[file] = [file]
    its = await visit.file(case_id, "case", Information.EVENT_METADATA)
    found[case_id] += await visit.ask(persons.records, its.person)
    return found


async def _tell_events(
    visit: Visit, collected: _Collected, file: UUID, streams: Sequence[UUID], *, contents: bool
) -> None:
    """What a case says is told of the case itself: not of its person, nor of its referrals."""
    async for lines in _pages(visit, file, streams):
        people = await who(visit, (line.actor for line in lines))
        for line in lines:
            told = msgspec.to_builtins(metadata(line, people))
            collected.events[line.position] = {"stream": str(line.stream), **told}
        opened = [line for line in lines if contents and line.name.startswith("case.")]
        for one in await opened_but_for(visit, opened, Information.NOTES):
            told = msgspec.to_builtins(content(one, people))
            collected.events[one.line.position] = {"stream": str(one.line.stream), **told}
            collected.open.add(one.line.position)
        collected.require_room()


async def _pages(
    visit: Visit, file: UUID, streams: Sequence[UUID]
) -> AsyncIterator[Sequence[timeline.Line]]:
    after: int | None = 0
    while after is not None:
        page = await visit.ask(
            timeline.page,
            visit.viewer,
            file=file,
            streams=streams,
            information=Information.EVENT_METADATA,
            after=after,
            limit=_TOGETHER,
        )
        yield page.lines
        after = page.after


async def _tell_readings(visit: Visit, collected: _Collected) -> None:
    before: int | None = None
    while True:
        page = await visit.house.receipts.readings_of(
            visit.viewer, list(collected.subjects), before=before, limit=_TOGETHER
        )
        people = await who(visit, (past.reading.reader for past in page.lines if past.reading))
        for past in page.lines:
            collected.readings[past.position] = msgspec.to_builtins(read(past, people))
        collected.require_room()
        if page.after is None:
            return
        before = page.after


# --- as it is written ----------------------------------------------------------------------------


async def _sealed(visit: Visit, log: str, position: int) -> Signed:
    """A checkpoint that covers the position: within a second, there is one. Raises
    PositionIsNotReached."""
    for _ in range(_LOOKS):
        published = await visit.house.audit_logs[log].published()
        if published and published.size >= position:
            return published
        await asyncio.sleep(_PATIENCE / _LOOKS)
    latest = await visit.house.audit_logs[log].latest()  # witnesses may stay away for long
    if latest is None or latest.size < position:
        raise PositionIsNotReached
    return latest


async def _written(
    visit: Visit, case_id: UUID, collected: _Collected, checkpoints: Mapping[str, Signed]
) -> AsyncIterator[str]:
    signatures, lines = visit.house.signatures, Lines()
    yield lines.begin(
        about={
            "case": str(case_id),
            "of": [str(subject) for subject in collected.subjects],
            "madeBy": str(visit.staff),
            "operation": visit.operation,
            "purpose": visit.purpose,
            "at": visit.now.isoformat(),
            "position": visit.position,
        },
        keys=signatures.keys(),
        checkpoints={log: signed.note for log, signed in checkpoints.items()},
    )
    logs: Sequence[tuple[str, Mapping[int, Mapping[str, Any]], Collection[int]]] = (
        (_EVENTS, collected.events, collected.open),
        (_RECEIPTS, collected.readings, collected.readings),
    )
    for log, told, disclosed in logs:
        if not told:
            continue
        tree, size = visit.house.audit_logs[log], checkpoints[log].size
        async for entry in entries(log, tree, told, size=size, disclosed=disclosed):
            yield lines.add(entry)
    yield lines.end(signatures.statement())
