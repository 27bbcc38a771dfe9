"""The policy, printed for whoever must judge it."""

from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from domain.policy import TABLE
from domain.policy_words import told


def policy(
    language: Annotated[Literal["sv", "en"], typer.Option(help="sv or en.")] = "en",
    width: Annotated[int, typer.Option(min=80, help="Of the printed table.")] = 160,
) -> None:
    """Who may see and do what, and why: the whole table. What no row permits is refused.

    Compartments stand above it: on another side than one's own, no row that needs a relation to a
    case applies.
    """
    table = Table("role", "stands to it", "information", "act", "because", show_lines=True)
    for row in told(language):
        table.add_row(*("\n".join(words) for words in row[:4]), row.because)
    console = Console(width=width)
    console.print(table)
    console.print(f"{len(TABLE)} permissions; everything else is refused.")
