"""What went to whom outside in a period, on the command line: for the review."""

from typing import Annotated

import msgspec
import typer
from multidict import MultiDict
from rich.console import Console
from rich.table import Table

from api.command_line.options import settled, trusting, where
from api.command_line.speaking import Speaker, TokenFile, spoken
from api.door.query import MOST_IN_A_PAGE, read_query
from api.resources import disclosure_searches
from api.resources.disclosure_searches import DisclosuresQuery, FoundDisclosure, FoundDisclosures
from api.runtime.clock import SystemClock
from api.runtime.settings import Settings
from domain.codes import Purpose

_OF_PIPES = 200  # columns, where nobody looks


@settled(where, trusting)
def disclosures(
    settings: Settings,
    *,
    first: Annotated[
        str | None, typer.Option("--from", help="First day (YYYY-MM-DD); by default the first.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Last day, which is in.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON line for each.")] = False,
    token_file: TokenFile = None,
) -> None:
    """What of all cases went to whom outside: when, which kinds of information, on which ground, by
    which section; never who it is about."""

    async def act(speaker: Speaker) -> None:
        found: list[FoundDisclosure] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await speaker.at(
                disclosure_searches.search, FoundDisclosures, query=_query(first, until, cursor)
            )
            found += page.items
            cursor = page.next_cursor
        if as_json:
            for one in found:
                typer.echo(msgspec.json.encode(one))
            return
        table = Table("at", "case or referral", "what", "to", "kinds", "ground", "section", "since")
        for one in found:
            table.add_row(
                f"{one.disclosed_at:%Y-%m-%d}",
                str(one.file_id),
                one.kind,
                str(one.receiver or "whoever reported"),
                ", ".join(one.kinds or ()),
                str(one.ground or "-"),
                f"{one.statute} {one.section}" if one.section else "-",
                str(one.in_force_since or "-"),
            )
        Console(width=None if Console().is_terminal else _OF_PIPES).print(table)

    spoken(settings, token_file, "disclosures", Purpose.REVIEW, act)


def _query(first: str | None, until: str | None, cursor: str) -> DisclosuresQuery:
    """Raises FieldsAreFaulty."""
    told = {"from": first, "until": until, "cursor": cursor, "purpose": str(Purpose.REVIEW)}
    asked = {name: value for name, value in told.items() if value}
    address = MultiDict({**asked, "limit": str(MOST_IN_A_PAGE)})
    query = read_query(DisclosuresQuery, address, SystemClock().now())
    assert isinstance(query, DisclosuresQuery)  # noqa: S101 - the kind that was asked for
    return query
