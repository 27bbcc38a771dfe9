"""Proofs of the audit logs, as anybody may have them: positions and hashes only."""

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Annotated, TypeVar

import typer
import uvloop

from api.command_line.options import settled, where
from api.runtime.audit.tree_store import EVENTS, RECEIPTS, TreeStore
from api.runtime.postgres.database import role_url
from api.runtime.postgres.servers import servers
from api.runtime.settings import Settings
from api.tree.proving import prove_consistency, prove_inclusion

T = TypeVar("T")


class Log(StrEnum):
    EVENTS = EVENTS
    RECEIPTS = RECEIPTS


Which = Annotated[Log, typer.Argument(help="Of the events, or of the receipts of reading.")]
Size = Annotated[
    int | None, typer.Option(min=0, help="Of the checkpoint to lead to; the latest by default.")
]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@settled(where)
def inclusion(
    settings: Settings,
    *,
    log: Which,
    position: Annotated[int, typer.Argument(help="Of the event or receipt, from 1.")],
    size: Size = None,
    as_json: Json = False,
) -> None:
    """That an entry is in a log, as a C2SP tlog-proof: it verifies anywhere, by the log's key."""
    found = _asked(settings, log, lambda tree: prove_inclusion(tree, position, size))
    if as_json:
        entry = b64encode(found.entry).decode()
        _tell(position=position, entry=entry, hashes=_spelled(found.path), checkpoint=found.note)
    else:
        typer.echo(found.text, nl=False)


@settled(where)
def consistency(
    settings: Settings,
    *,
    log: Which,
    old: Annotated[int, typer.Argument(min=0, help="Entries of the checkpoint that was kept.")],
    size: Size = None,
    as_json: Json = False,
) -> None:
    """That a log has only grown since a checkpoint, as a witness is told (C2SP tlog-witness)."""
    found = _asked(settings, log, lambda tree: prove_consistency(tree, old, size))
    if as_json:
        _tell(oldSize=old, hashes=_spelled(found.proof), checkpoint=str(found.note))
    else:
        typer.echo(str(found), nl=False)


def _asked(settings: Settings, log: Log, proof: Callable[[TreeStore], Awaitable[T]]) -> T:
    async def ask(address: str) -> T:
        tree = TreeStore(address, settings.municipality, log)
        try:
            return await proof(tree)
        finally:
            await tree.stop()

    with servers(settings) as addresses:
        role = role_url(addresses.log, settings.municipality, "auditor", secrets=settings.secrets)
        return uvloop.run(ask(role))


def _spelled(hashes: Sequence[bytes]) -> list[str]:
    return [b64encode(each).decode() for each in hashes]


def _tell(**told: object) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False))
