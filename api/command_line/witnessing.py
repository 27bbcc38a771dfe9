"""A witness of logs, run by another body than the one that runs the log."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from api.runtime.serving.serve import address_of, listen, told_to_stop
from api.witness.door import serve as serve_witness
from api.witness.folder import WitnessFolder

_Folder = Annotated[Path, typer.Option("--folder", help="Where the witness keeps what is its own.")]
_FOLDER = Path("witness")


def create(
    name: Annotated[str, typer.Argument(help="Its name in cosignatures: auditors.example/one.")],
    *,
    folder: _Folder = _FOLDER,
) -> None:
    """Make a witness: its key, its memory, and witness.toml, where the logs it knows are listed."""
    made = WitnessFolder(folder)
    made.create(name)
    typer.echo(made.signer().verifier.vkey)


def key(*, folder: _Folder = _FOLDER) -> None:
    """Its public key: for the log's policy, and for whoever verifies."""
    typer.echo(WitnessFolder(folder).signer().verifier.vkey)


def serve(
    *,
    folder: _Folder = _FOLDER,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes any free one.")] = 8090,
) -> None:
    """Cosign what the logs send, as long as each only grows (C2SP tlog-witness)."""
    with WitnessFolder(folder).witness() as witness, listen(host, port) as listening:
        uvloop.run(
            serve_witness(
                witness,
                listening=listening,
                ready=lambda: typer.echo(f"Witnessing at {address_of(listening)}"),
                until=told_to_stop,
            )
        )


def show(*, folder: _Folder = _FOLDER) -> None:
    """What it knows of each log, and what it refused; ends with an error when a log has signed two
    trees of one size."""
    with WitnessFolder(folder).memory() as memory:
        known, refused = memory.all(), memory.all_refused()
    table = Table("log", "size", "root", "cosigned last")
    for origin, it in known.items():
        table.add_row(origin, f"{it.size:,}", it.root.hex()[:16], _when(it.at))
    Console().print(table)
    for what in refused:
        why = (
            "FORKED: this was signed, and another tree of the same size"
            if what.is_fork
            else "refused: no proof that this follows from what was known"
        )
        typer.echo(f"{_when(what.at)} {why}\n{what.note}")
    if any(what.is_fork for what in refused):
        raise typer.Exit(1)


def _when(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
