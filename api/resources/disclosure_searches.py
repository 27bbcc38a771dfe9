"""What went to whom outside in a period, of all cases, for the review: with the ground that carries
each disclosure, its section and since when that is in force."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from api.door import Lead, reading
from api.door.answers import FileId, Page, Seen
from api.door.faults import Fault, faulty
from api.door.fields import PastDay
from api.door.query import StatedQuery
from api.door.visit import Visit
from api.resources.disclosures import DISCLOSING, SAYING_MORE, Disclosure, disclosures_in
from api.resources.people import who
from api.resources.story import Told, opened_but_for
from domain.codes import Purpose
from domain.errors import PurposeIsMissing
from domain.labels import Label
from domain.policy import Act, Information
from projections import timeline
from projections.timeline import searching

_NOT_TOLD: Final = (Information.NOTES, Information.IDENTITY)
_MOST: Final = 1000  # corrections and consents of a case


class DisclosuresQuery(StatedQuery):
    first: Annotated[PastDay | None, Field(alias="from", examples=["2023-04-01"])] = None
    """The first day; without one, from the beginning."""
    until: Annotated[PastDay | None, Field(examples=["2023-04-30"])] = None
    """The last day, which is in."""

    @field_validator("until")
    @classmethod
    def _in_order(cls, until: PastDay | None, info: ValidationInfo) -> PastDay | None:
        first = info.data.get("first")
        if until is not None and first is not None and until < first:
            raise faulty(Fault.OUT_OF_RANGE)
        return until


class FoundDisclosure(Disclosure, kw_only=True):
    file_id: FileId


class FoundDisclosures(Page):
    items: list[FoundDisclosure]


@reading(
    "searchDisclosures",
    Label("Lista utlämnanden under en period", "List the disclosures of a period"),
    Label(
        "Ur alla ärenden, i loggens ordning: när, av vem, till vem, vilka slags uppgifter, på"
        " vilken grund, med lagrum och sedan när det gäller; aldrig vem det gäller. Bara med"
        " angivet ändamål (`purpose=review`). En sida kan vara kort, eller tom, och ändå ha"
        " `nextCursor`.",
        "Of all cases, in the order of the log: when, by whom, to whom, which kinds of information,"
        " on which ground, by which section and since when that is in force; never who it is"
        " about. Only with a stated purpose (`purpose=review`). A page can be short, or empty, and"
        " yet have `nextCursor`.",
    ),
    asks=(Act.READ, Information.EVENT_CONTENT),
    view=timeline.PROJECTION.name,
    purpose=Purpose.REVIEW,
    refuses=(PurposeIsMissing,),
    leads=(Lead("listDisclosures", {"caseId": "items/0/fileId"}),),
)
async def search(visit: Visit, query: DisclosuresQuery) -> Seen[FoundDisclosures]:
    lines, after = await _lines(visit, query)
    files = dict.fromkeys(line.stream for line in lines)
    made = [one for file in files for one in await _disclosed(visit, file, lines)]
    made.sort(key=lambda one: one[0].line.position)
    people = await who(visit, (told.line.actor for told, _ in made))
    answer = FoundDisclosures(
        items=[
            FoundDisclosure(
                file_id=told.line.stream,
                position=told.line.position,
                disclosed_at=told.line.occurred_at,
                who=people[told.line.actor],
                kind=told.kind,
                **said,
            )
            for told, said in made
        ],
        next_cursor=visit.next_cursor(query, after),
        position=visit.position,
    )
    return Seen(answer, list(files), detail=visit.detail(query))


async def _lines(
    visit: Visit, query: DisclosuresQuery
) -> tuple[Sequence[timeline.Line], int | None]:
    """Of every kind of fact as far as all of them were looked through; and how far that is."""
    calendar = visit.house.desk.calendar
    day, moment = timedelta(days=1), timedelta(microseconds=1)
    first = calendar.start_of(query.first) if query.first else None
    until = calendar.start_of(query.until + day) - moment if query.until else None
    pages = [
        await visit.ask(
            searching.search,
            visit.viewer,
            searching.Wanted(
                name=name,
                occurred_from=first,
                occurred_until=until,
                last=visit.position,
            ),
            after=visit.last_seen(query, int) or 0,
            limit=query.limit,
        )
        for name in DISCLOSING
    ]
    reached = min((page.after for page in pages if page.after is not None), default=None)
    lines = sorted((it for page in pages for it in page.lines), key=lambda it: it.position)
    if reached is not None:
        lines = [it for it in lines if it.position <= reached]
    if len(lines) > query.limit:
        lines = lines[: query.limit]
        reached = lines[-1].position
    return lines, reached


async def _disclosed(
    visit: Visit, file: UUID, lines: Collection[timeline.Line]
) -> list[tuple[Told, Mapping[str, Any]]]:
    """What these of a file's facts disclose, but for what was recorded by mistake."""
    theirs = {line.position: line for line in lines if line.stream == file}
    more = await visit.ask(
        timeline.page,
        visit.viewer,
        file=file,
        streams=[file],
        information=Information.EVENT_METADATA,
        names=SAYING_MORE,
        limit=_MOST,
    )
    story = await opened_but_for(visit, [*more.lines, *theirs.values()], *_NOT_TOLD)
    return [one for one in disclosures_in(story) if one[0].line.position in theirs]
