"""Everything recorded about a person, for that person, on the command line."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
import typer

from api.command_line.options import settled, trusting, where
from api.command_line.speaking import Speaker, TokenFile, spoken
from api.resources import subject_records
from api.resources.subject_records import SubjectRecord
from api.runtime.settings import Settings
from domain.codes import Purpose


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"


class Language(StrEnum):
    SV = "sv"
    EN = "en"


@settled(where, trusting)
def subject_access(
    settings: Settings,
    *,
    case: Annotated[UUID, typer.Argument(help="A case of the person.")],
    form: Annotated[Form, typer.Option(help="To be read by people, or by programs.")] = Form.TEXT,
    language: Annotated[Language, typer.Option(help="Of the text.")] = Language.SV,
    token_file: TokenFile = None,
) -> None:
    """All that is recorded about the person of a case, and who read it, but what secrecy removes.

    It is a reading, with its receipt. Read the free text through before it is handed out.
    """

    async def act(speaker: Speaker) -> None:
        record = await speaker.at(subject_records.read, SubjectRecord, case_id=case)
        text = record.readable.sv if language is Language.SV else record.readable.en
        typer.echo(text if form is Form.TEXT else msgspec.json.encode(record).decode())

    spoken(settings, token_file, "subject-access", Purpose.SUBJECT_ACCESS, act, case)
