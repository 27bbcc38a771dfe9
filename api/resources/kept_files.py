"""How long files are kept: which are due, and what keeps the others (SoL 16:1-4)."""

from datetime import timedelta
from typing import Annotated, Any, Final

from msgspec import Meta

from api.commands import disposals as use_cases
from api.commands.disposals import Judged, Shelf
from api.door import reading
from api.door.answers import Answer, Day, FileId, Position, Seen
from api.door.visit import Visit
from domain.codes import Purpose, RetentionRule, StatuteVersion
from domain.labels import Label
from domain.policy import Act, Information
from projections import disposals, retention

_FIVE_YEARS: Final = timedelta(days=5 * 365)  # at least: what is younger is due by no rule
_MOST: Final = 200


class KeptFile(Answer):
    """A file whose five years may be over. Neither unit nor side, nor whose it is."""

    file_id: FileId
    kind: Annotated[str, Meta(description="case or referral.", examples=["case"])]
    last_noted_on: Day
    rule: RetentionRule
    statute: StatuteVersion
    section: Annotated[
        str | None, Meta(description="Of that law; none for a reading.", examples=["12:1"])
    ]
    is_due: Annotated[bool, Meta(description="Whether it is to go now.", examples=[True])]
    due_by: Annotated[Day | None, Meta(description="The last day of the law.")]


class KeptFiles(Answer):
    items: list[KeptFile]
    position: Position


@reading(
    "listKeptFiles",
    Label("Lista akter att gallra eller bevara", "List files to dispose of or to keep"),
    Label(
        "De 200 första akterna där inget har antecknats på fem år, var och en med regeln som avgör"
        " och lagrummet. Födelsedatum öppnas för bedömningen och visas inte.",
        "The first 200 files in which nothing was noted for five years, each with the rule that"
        " decides and the section. Birth dates are opened for the judgement and not shown.",
    ),
    asks=(Act.READ, Information.DISPOSAL),
    view=retention.PROJECTION.name,
    purpose=Purpose.DISPOSAL,
)
async def kept(visit: Visit) -> Seen[KeptFiles]:
    await visit.include(disposals.PROJECTION.name)
    noted = visit.now - _FIVE_YEARS
    files = await visit.ask(retention.ended, noted, limit=_MOST)
    shelf = await shelf_of(visit, files)
    desk = visit.house.desk
    organisation = await desk.organised_now()
    streams = await desk.log.streams(shelf.streams, afresh=True)
    judged = await use_cases.judge_files(desk, organisation.settings, streams, shelf)
    by_file = {one.file: one for one in judged}
    answer = KeptFiles(
        items=[_kept(by_file[file]) for file in files if file in by_file],
        position=visit.position,
    )
    return Seen(answer, shelf.streams)


def _kept(one: Judged) -> KeptFile:
    verdict = one.verdict
    return KeptFile(
        file_id=one.file,
        kind=one.kind,
        last_noted_on=one.last_note,
        rule=verdict.rule,
        statute=verdict.version,
        section=verdict.section,
        is_due=verdict.is_due,
        due_by=verdict.by,
    )


async def shelf_of(visit: Visit, files: Any) -> Shelf:
    """With every other file of the same persons; their birth dates are opened, and the receipt of
    it names them all."""
    shelf = await use_cases.shelf_of(visit.house.views, files)
    if shelf.streams:
        visit.position = max(visit.position, shelf.as_of)
    return shelf
