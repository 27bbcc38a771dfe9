"""Everything recorded about a person, for that person, on the command line."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
import typer
import uvloop

from api.command_line.options import settled, trusting, where
from api.command_line.speaking import TokenFile, speaking
from api.door.marks import Marks
from api.door.visit import Visit
from api.resources import subject_records
from api.runtime.servers import Addresses, servers
from api.runtime.settings import Settings
from domain.codes import Purpose
from projections import timeline


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"


@settled(where, trusting)
def subject_access(
    settings: Settings,
    *,
    case: Annotated[UUID, typer.Argument(help="A case of the person.")],
    form: Annotated[Form, typer.Option(help="To be read by people, or by programs.")] = Form.TEXT,
    token_file: TokenFile = None,
) -> None:
    """All that is recorded about the person of a case, and who read it, but what secrecy removes.

    It is a reading, with its receipt. Read the free text through before it is handed out.
    """
    with servers(settings) as addresses:
        record = uvloop.run(_read(settings, addresses, token_file, case))
    told = record.readable if form is Form.TEXT else msgspec.json.encode(record).decode()
    typer.echo(told)


async def _read(
    settings: Settings, addresses: Addresses, token_file: Path | None, case: UUID
) -> subject_records.SubjectRecord:
    """As at the door. Raises NotFound, NotPermitted."""
    async with speaking(
        settings,
        addresses,
        token_file,
        what="samordna subject-access",
        purpose=Purpose.SUBJECT_ACCESS,
    ) as speaker:
        house = speaker.rooms.house
        visit = Visit(
            house=house,
            operation=speaker.what,
            correlation=speaker.correlation,
            now=house.desk.clock.now(),
            staff=speaker.viewer.staff,
            marks=Marks(house.macs),
            purpose=speaker.purpose,
            position=house.views.position(timeline.PROJECTION.name),
        )
        await visit.recognise()
        seen = await subject_records.read.handle(visit, case_id=case)
        await visit.leave_receipt(seen.subjects, "answered")
        record: subject_records.SubjectRecord = seen.answer
        return record
