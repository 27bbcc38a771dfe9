"""A case's proofs as one file, on the command line."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
import uvloop

from api.command_line.options import settled, trusting, where
from api.command_line.speaking import TokenFile, speaking
from api.door.marks import Marks
from api.door.visit import Visit
from api.resources import bundles
from api.runtime.servers import Addresses, servers
from api.runtime.settings import Settings
from domain.codes import Purpose
from domain.errors import PurposeIsMissing
from domain.policy import purposes
from projections import timeline


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
    with servers(settings) as addresses, out.open("x", encoding="utf-8", newline="\n") as file:
        made = uvloop.run(
            _made(settings, addresses, token_file, case, whole_person, contents, purpose)
        )
        file.write(made.bundle)
    typer.echo(f"{out}: {made.entries} entries, as of position {made.position}")


async def _made(
    settings: Settings,
    addresses: Addresses,
    token_file: Path | None,
    case: UUID,
    whole_person: bool,
    contents: bool,
    purpose: Purpose | None,
) -> bundles.Bundle:
    """As at the door. Raises NotFound, NotPermitted, PurposeIsMissing, BundleIsTooLarge."""
    async with speaking(
        settings,
        addresses,
        token_file,
        what="samordna bundle",
        purpose=purpose or Purpose.REVIEW,
    ) as speaker:
        house = speaker.rooms.house
        door = bundles.with_contents if contents else bundles.of_case
        assert door.asks  # noqa: S101 - every reading does
        speaker.require(*door.asks)
        wanted = purposes(speaker.viewer.role, *door.asks)
        if wanted and purpose not in wanted:
            raise PurposeIsMissing(purposes=sorted(wanted))
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
        query = bundles.BundleQuery(whole_person=whole_person, purpose=purpose)
        seen = await door.handle(visit, case_id=case, query=query)
        await visit.leave_receipt(seen.subjects, "answered", seen.detail)
        made: bundles.Bundle = seen.answer
        return made
