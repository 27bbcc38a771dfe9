"""The organisation's document, before anybody adopts it."""

from pathlib import Path
from typing import Annotated

import typer

from api.runtime.organisation import load_organisation


def check(
    document: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="TOML.")],
) -> None:
    """Whether an organisation can be used: every mistake in it is named at once.

    An administrator adopts it by POST /organisations, in force from a day on.
    """
    organisation = load_organisation(document)
    typer.echo(f"{organisation.name_en}: {len(organisation.units)} units, without a mistake.")
