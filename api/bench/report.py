"""What the bench says: JSON lines for programs, or a table; and what each reference is."""

from collections.abc import Collection, Sequence

import uvloop
from rich.console import Console
from rich.table import Table

from api.bench.figures import Effort, Figure, LeftOut, Spread, encoded
from api.bench.ground import Ground, ground
from api.bench.run import measured
from api.runtime.settings import Settings

_WHOLE = 100  # from here on, digits after the point tell nothing

_err = Console(stderr=True, highlight=False)


def run_bench(settings: Settings, names: Collection[str], effort: Effort, *, as_json: bool) -> bool:
    """Measure and tell; whether nothing had to be left out. Figures go to the standard output,
    everything else that accompanies JSON lines to the standard error."""
    with ground(settings) as where:
        found = uvloop.run(_measure(where, names, effort, as_json=as_json))
        about = where.told()
    figures = [figure for figure in found if isinstance(figure, Figure)]
    console = _err if as_json else Console(highlight=False)
    if not as_json:
        console.print(_table(figures))
    _explain(console, figures, effort, about)
    left_out = [figure for figure in found if isinstance(figure, LeftOut)]
    for one in left_out:
        _err.print(f"LEFT OUT: {one.name}: {one.left_out}", style="bold red", markup=False)
    return not left_out


async def _measure(
    where: Ground, names: Collection[str], effort: Effort, *, as_json: bool
) -> list[Figure | LeftOut]:
    found = []

    def tell(what: str) -> None:
        _err.print(what, style="dim", markup=False)

    async for figure in measured(where, names, effort, tell):
        found.append(figure)
        if as_json:
            print(encoded(figure), flush=True)  # noqa: T201 - figures are its output
    return found


def _table(figures: Sequence[Figure]) -> Table:
    """Narrow enough for eighty columns: the least and the most stand below the median."""
    table = Table("figure", "value", "reference", "ratio", show_lines=True)
    for figure in figures:
        spread, slow = figure.spread, figure.milliseconds
        took = "\n" + ", ".join(f"{of} {ms:.1f} ms" for of, ms in (slow or {}).items())
        table.add_row(
            f"{figure.name}\n{figure.what}",
            f"{_told(figure.value)} {figure.unit}\n{_between(spread['value'])}{took.rstrip()}",
            f"{_told(figure.reference_value)} {_between(spread['reference_value'])}\n"
            f"{figure.reference}",
            f"{figure.ratio:.3g}\n({spread['ratio'][0]:.3g}-{spread['ratio'][1]:.3g})",
        )
    return table


def _between(spread: Spread) -> str:
    return f"({_told(spread[0])}-{_told(spread[1])})"


def _told(value: float) -> str:
    return f"{value:,.0f}" if value >= _WHOLE else f"{value:.3g}"


def _explain(console: Console, figures: Sequence[Figure], effort: Effort, about: str) -> None:
    console.print("\nWhat stands beside what", style="bold")
    console.print(
        f"Medians of {effort.rounds} rounds (least-most); in each round both sides had their turn"
        f" one after the other, of {effort.seconds:g} s where time ends a turn. A p50 alone is that"
        " of a closed loop, whose callers wait; a p99 is told only of callers who come at a fixed"
        f" rate, each counted from its moment. {about}",
        markup=False,
    )
    for figure in figures:
        console.print(
            f"\n{figure.name}, {figure.what} / {figure.reference}: {figure.about}", markup=False
        )
