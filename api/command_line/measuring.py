"""The bench."""

from typing import Annotated

import typer

from api.bench.figures import Effort
from api.bench.report import run_bench
from api.bench.run import NAMES as FIGURES
from api.command_line.options import settled, where
from api.runtime.settings import Settings


@settled(where)
def bench(
    settings: Settings,
    *,
    names: Annotated[
        list[str] | None, typer.Argument(help=f"{', '.join(FIGURES)}; by default all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each figure.")] = False,
    events: Annotated[int, typer.Option(min=1, help="How long a log is followed.")] = Effort.events,
    leaves: Annotated[
        int | None,
        typer.Option(min=1, help="How long a log is sealed, proved and verified (audit)."),
    ] = None,
    cases: Annotated[
        int, typer.Option(min=1, help="How many cases a caseload is asked of.")
    ] = Effort.cases,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of each side.")] = Effort.rounds,
    seconds: Annotated[
        float, typer.Option(min=0.1, help="Length of a turn, where time ends it.")
    ] = Effort.seconds,
) -> None:
    """Measure how fast the house is here, each figure beside a reference from the same run.

    On throw-away servers with PostgreSQL's own settings; or on given ones, in schemas that are
    dropped afterwards. Fails when a figure has to be left out.
    """
    if unknown := sorted(set(names or ()) - set(FIGURES)):
        raise typer.BadParameter(f"no figure {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    effort = Effort(events=events, leaves=leaves, cases=cases, rounds=rounds, seconds=seconds)
    if not run_bench(settings, names or FIGURES, effort, as_json=as_json):
        raise typer.Exit(1)
