"""Whether the house is well."""

from typing import Annotated

import msgspec
import typer
import uvloop
from rich.console import Console
from rich.table import Table

from api.command_line.options import settled, trusting, where
from api.runtime.doctor import examine
from api.runtime.postgres.servers import servers
from api.runtime.settings import Settings


@settled(where, trusting)
def doctor(
    settings: Settings,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON line for each finding.")] = False,
) -> None:
    """Look at the servers, roles, keys, clock, token issuer, disk and versions, and say what to do.

    Ends with an error when something is wrong. It changes nothing, and may run beside a serving
    house, with the same settings.
    """
    with servers(settings) as addresses:
        findings = uvloop.run(examine(settings, addresses))
    if as_json:
        for finding in findings:
            typer.echo(msgspec.json.encode(finding))
    else:
        table = Table("", "what", "found", "what to do")
        for it in findings:
            mark = "ok" if it.is_well else "!!"
            table.add_row(mark, it.what, it.found, it.advice, style=None if it.is_well else "red")
        Console().print(table)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)
