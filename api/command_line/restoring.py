"""Saying that a backup was restored."""

from pathlib import Path
from typing import Annotated

import typer
import uvloop

from api.command_line.options import settled, where
from api.command_line.verifying import kept_notes
from api.runtime.audit.audit_logs import LOGS, AuditLogs, origin_of
from api.runtime.audit.kept_checkpoints import folder_of
from api.runtime.audit.restoring import declare
from api.runtime.postgres.database import require_current, role_url
from api.runtime.postgres.servers import Addresses, servers, signing_keys
from api.runtime.settings import Settings
from api.tree.incarnations import Restored, name_of


@settled(where)
def restored(
    settings: Settings,
    *,
    kept: Annotated[
        list[Path] | None,
        typer.Option(
            help="A checkpoint, or a folder of them, from before the restore: a witness's, an"
            " auditor's."
        ),
    ] = None,
    although_unknown: Annotated[
        bool,
        typer.Option(
            "--although-unknown", help="No checkpoint is known that the backup lacks; it is older."
        ),
    ] = False,
) -> None:
    """Declare that the log was restored from a backup, and lost what came after it.

    Both audit logs go on under new names, which say what was lost as far as anybody knows: from the
    last checkpoints that were kept elsewhere. Without this nothing is sealed, and `verify` fails.
    Tell the witnesses and the auditors the keys that this prints: those of the new names.
    """
    folder = folder_of(settings)
    notes = kept_notes(kept or ())
    if folder:
        notes += [it.note for log in LOGS if (it := folder.latest(log))]
    with servers(settings) as addresses:
        declared = uvloop.run(_declare(settings, addresses, notes, although_unknown))
    for log, told in declared.items():
        typer.echo(f"{log}: {told}")
        name = name_of(origin_of(settings.audit_name, settings.municipality, log), told.incarnation)
        *_, newest = signing_keys(settings)(name)
        typer.echo(newest.verifier.vkey)


async def _declare(
    settings: Settings, addresses: Addresses, notes: list[str], although_unknown: bool
) -> dict[str, Restored]:
    schema = settings.municipality
    server = role_url(addresses.log, schema, "server", secrets=settings.secrets)
    require_current(server, schema)
    logs = AuditLogs(server, schema, settings.audit_name)
    try:
        return await declare(
            logs,
            signing_keys(settings),
            addresses.log,
            schema,
            notes,
            although_unknown=although_unknown,
        )
    finally:
        await logs.stop()
