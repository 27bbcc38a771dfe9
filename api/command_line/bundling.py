"""A case's proofs as one file, on the command line."""

import os
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from api.command_line.inspecting import query_of, stated
from api.command_line.options import settled, trusting, where
from api.command_line.speaking import Speaker, TokenFile, spoken
from api.resources import bundles
from api.resources.bundles import Bundle, BundleQuery
from api.runtime.settings import Settings, SettingsAreFaulty
from domain.codes import Purpose


@settled(where, trusting)
def bundle(
    settings: Settings,
    *,
    case: Annotated[UUID, typer.Argument(help="The case.")],
    out: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    whole_person: Annotated[
        bool, typer.Option("--whole-person", help="All the files of the person.")
    ] = False,
    contents: Annotated[
        bool, typer.Option("--contents", help="With what the case's events say, but for notes.")
    ] = False,
    purpose: Annotated[
        Purpose | None, typer.Option(help="What for; content is told only for review.")
    ] = None,
    token_file: TokenFile = None,
) -> None:
    """Who did what in a case and who read it, in one file that proves itself (verify_audit.py).

    It is a reading, with its receipt.
    """
    door = bundles.with_contents if contents else bundles.of_case
    told = {"wholePerson": "true" if whole_person else None, "purpose": purpose}
    query = query_of(BundleQuery, told)

    async def act(speaker: Speaker) -> None:
        if out.exists():
            raise SettingsAreFaulty(f"{out} stands there already")
        stated(speaker, door, query)
        made = await speaker.at(door, Bundle, case_id=case, query=query)
        _write(out, made.bundle)
        typer.echo(f"{out}: {made.entries} entries, as of position {made.position}")

    spoken(settings, token_file, "bundle", purpose or Purpose.REVIEW, act, case)


def _write(out: Path, text: str) -> None:
    """For its owner alone. Raises SettingsAreFaulty."""
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.encode())
    except OSError as error:
        raise SettingsAreFaulty(f"{out} cannot be written: {error.strerror}") from None
