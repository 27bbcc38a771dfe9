"""Disposal (gallring) on the command line: planned by one person, approved by another, executed by
whoever runs the house, proved to anybody who may see it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

import msgspec
import typer
import uvloop
from rich.console import Console
from rich.table import Table

from api.command_line.options import settled, trusting, where
from api.command_line.speaking import Speaker, TokenFile, spoken
from api.commands import disposals as use_cases
from api.commands.disposals import Judged
from api.door.answers import encoded
from api.resources import disposal_certificates as doors
from api.runtime.postgres.servers import Addresses, servers
from api.runtime.settings import Settings
from api.runtime.wiring import open_house
from domain.codes import Purpose
from domain.disposal import MOST_FILES, DisposalPlanned
from domain.labels import label
from domain.policy import Act, Information
from projections import disposals, retention

_FIVE_YEARS: Final = timedelta(days=5 * 365)
_MOST: Final = 10_000  # files that are looked at

Wanted = Annotated[UUID, typer.Argument(help="The disposal.")]


@settled(where, trusting)
def plan(
    settings: Settings,
    *,
    token_file: TokenFile = None,
    only_list: Annotated[
        bool, typer.Option("--list", help="Show what is due and what keeps the rest; plan nothing.")
    ] = False,
) -> None:
    """List the files of which five years may be over, with the ground that decides; plan what is
    due, a hundred at most. Birth dates are opened with a receipt, and not shown."""

    async def act(speaker: Speaker) -> None:
        speaker.require(Act.MANAGE, Information.DISPOSAL)
        shelf, judged = await _judged(speaker)
        _show(judged)
        due = [one.file for one in judged if one.verdict.is_due][:MOST_FILES]
        if due and not only_list:
            outcome = await speaker.carry_out(use_cases.plan_disposal, due, shelf)
            typer.echo(f"planned {outcome.the(DisposalPlanned)[0]}: {len(due)} files")

    spoken(settings, token_file, "disposal plan", Purpose.DISPOSAL, act)


@settled(where, trusting)
def approve(settings: Settings, *, disposal: Wanted, token_file: TokenFile = None) -> None:
    """Approve a disposal that somebody else has planned."""

    async def act(speaker: Speaker) -> None:
        await speaker.carry_out(use_cases.approve_disposal, disposal)
        typer.echo(f"approved {disposal}")

    spoken(settings, token_file, "disposal approve", Purpose.DISPOSAL, act, disposal)


@settled(where, trusting)
def reject(settings: Settings, *, disposal: Wanted, token_file: TokenFile = None) -> None:
    """Reject a disposal: nothing of it goes."""

    async def act(speaker: Speaker) -> None:
        await speaker.carry_out(use_cases.reject_disposal, disposal)
        typer.echo(f"rejected {disposal}")

    spoken(settings, token_file, "disposal reject", Purpose.DISPOSAL, act, disposal)


@settled(where)
def execute(settings: Settings) -> None:
    """Dispose of what was approved, if it is enough to go together, and erase its keys: what a
    serving house does each night."""

    async def run(addresses: Addresses) -> None:
        async with open_house(settings, addresses, follow=False) as rooms, rooms.following():
            await _level(rooms.views.wait_for, await rooms.facts.head())
            for executed in await rooms.disposing.execute():
                typer.echo(f"executed {executed}")
            await _level(rooms.views.wait_for, await rooms.facts.head())
            for erased in await rooms.disposing.erase():
                typer.echo(f"erased {erased}")

    with servers(settings) as addresses:
        uvloop.run(run(addresses))


@settled(where, trusting)
def certificate(settings: Settings, *, disposal: Wanted, token_file: TokenFile = None) -> None:
    """Prove, against the vault as it is now, that no key of the files is left; one JSON object.

    Ends with an error when one is.
    """

    async def act(speaker: Speaker) -> None:
        proof = await speaker.at(doors.certify, doors.Certificate, disposal_id=disposal)
        typer.echo(msgspec.json.format(encoded(proof), indent=2))

    spoken(settings, token_file, "disposal certificate", Purpose.DISPOSAL, act, disposal)


async def _judged(speaker: Speaker) -> tuple[use_cases.Shelf, list[Judged]]:
    house = speaker.rooms.house
    noted = house.desk.clock.now() - _FIVE_YEARS
    files = await house.views.ask(retention.ended, noted, limit=_MOST)
    shelf = await use_cases.shelf_of(house.views, files)
    await speaker.leave_receipt(shelf.streams, shelf.as_of)
    organisation = await house.desk.organised_now()
    streams = await house.desk.log.streams(shelf.streams, afresh=True)
    judged = await use_cases.judge_files(house.desk, organisation.settings, streams, shelf)
    ended = set(files)
    return shelf, [one for one in judged if one.file in ended]


def _show(judged: list[Judged]) -> None:
    table = Table("file", "kind", "last noted", "decided by", "section", "due by")
    for one in judged:
        verdict = one.verdict
        table.add_row(
            str(one.file),
            one.kind,
            str(one.last_note),
            label(verdict.rule).en,
            f"SoL {verdict.section}" if verdict.section else "(c)",
            str(verdict.by) if verdict.is_due else "-",
            style="bold" if verdict.is_due else None,
        )
    Console(width=None if Console().is_terminal else 200).print(table)


async def _level(wait_for: Callable[..., Awaitable[bool]], head: int) -> None:
    for view in (retention.PROJECTION.name, disposals.PROJECTION.name, "access"):
        await wait_for(view, head, 10)
