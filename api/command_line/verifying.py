"""The audit logs: verified, and the keys that others verify them by."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.command_line.options import settled, where
from api.command_line.progress import bar
from api.runtime.audit.audit_logs import LOGS, HouseSignatures, origin_of, policy_in
from api.runtime.audit.kept_checkpoints import folder_of
from api.runtime.audit.served_evidence import ServedEvidence
from api.runtime.audit.tree_evidence import DatabaseEvidence, is_alone, log_as_it_is
from api.runtime.audit.tree_store import EVENTS, RECEIPTS
from api.runtime.clock import SystemClock
from api.runtime.keys.key_file import KeyringIsUnusable
from api.runtime.postgres.database import role_url
from api.runtime.postgres.servers import Addresses, servers, signing_keys
from api.runtime.settings import Settings, SettingsAreFaulty
from api.tree import offline
from api.tree.evidence import Evidence, Verdict
from api.tree.incarnations import name_of
from api.tree.notes import KeyIsUnsound, Verifier
from api.tree.policies import Policy
from api.tree.verification import root_at
from api.tree.verification import verify as verify_tree


@settled(where)
def verify(
    settings: Settings,
    *,
    url: Annotated[
        str | None,
        typer.Option(help="Verify what is served at .../audit-logs, without the database."),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(help="A key that you know the logs by (samordna audit-keys prints it)."),
    ] = None,
    kept: Annotated[
        list[Path] | None,
        typer.Option(
            help="A checkpoint, or a folder of them, that was kept elsewhere: the log must still"
            " contain it."
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            help="Whom you believe (C2SP tlog-policy): keys of the logs, and which witnesses must"
            " have cosigned."
        ),
    ] = None,
    bundle: Annotated[
        Path | None,
        typer.Option(help="Verify a bundle, an export or a proof from its file alone."),
    ] = None,
    stopped: Annotated[
        bool, typer.Option("--stopped", help="Nobody seals: nothing at all may be unsealed.")
    ] = False,
    alone: Annotated[
        bool, typer.Option("--alone", help="Do nothing while another process does the same.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each log.")] = False,
) -> None:
    """Recompute both audit logs from their rows, and name the first entry that is wrong.

    Ends with an error unless every row, tile and checkpoint is what was signed, up to a tail of ten
    seconds. Without --key the keys in the data folder are believed: then it is shown that the log
    fits its keys, not that nobody has put other keys there.
    """
    if bundle is not None:
        raise typer.Exit(_offline(settings, bundle, key or (), kept or (), policy))
    required = policy_in(policy or settings.audit_policy)
    trusted = _trusted(settings, key or [log.key.vkey for log in required.logs])
    notes = [*kept_notes(kept or ()), *_own_kept(settings)]
    with _evidence(settings, url, alone=alone) as evidence:
        if evidence is None:
            return
        verdicts = _verified(settings, evidence, trusted, notes, required, stopped=stopped)
    if as_json:
        _tell(verdicts)
    else:
        _show(list(verdicts.values()))
    if not all(verdict.holds for verdict in verdicts.values()):
        raise typer.Exit(1)


def _offline(
    settings: Settings,
    bundle: Path,
    keys: Collection[str],
    kept: Collection[Path],
    policy: Path | None,
) -> int:
    """By the very program that is handed out (deploy/verify_audit.py); by the keys in the data
    folder, where there are any and no others are named."""
    known = keys
    if not keys and policy is None:
        with suppress(KeyringIsUnusable):
            known = _signatures(settings).keys()
    words = [str(bundle), *(f"--key={key}" for key in known)]
    words += [f"--kept={path}" for named in kept for path in _files(named)]
    return offline.main([*words, *([f"--policy={policy}"] if policy else ())])


@settled(where)
def audit_keys(
    settings: Settings,
    *,
    renew: Annotated[
        bool, typer.Option("--renew", help="Add a key; it signs together with the old one once.")
    ] = False,
) -> None:
    """The public keys of the audit logs, newest last: for those who verify or witness them.

    Those of a log that was restored also under the name that it has since.
    """
    keys = signing_keys(settings)
    if renew:
        keys.renew()
    for key in _signatures(settings).keys():  # noqa: SIM118 - this is no dictionary
        typer.echo(key)
    for name in _renamed(settings):
        for signer in keys(name):
            typer.echo(signer.verifier.vkey)


def _renamed(settings: Settings) -> list[str]:
    """What the logs are called since they were restored; nothing, if they never were."""
    with servers(settings) as addresses, log_as_it_is(_auditor(settings, addresses)) as log_now:
        schema = settings.municipality
        numbers = {log: DatabaseEvidence(log_now, schema, log).incarnation() for log in LOGS}
    return [name_of(_origin(settings, log), it) for log, it in numbers.items() if it > 1]


def _signatures(settings: Settings) -> HouseSignatures:
    keys = signing_keys(settings)
    return HouseSignatures(settings.audit_name, settings.municipality, keys)


def _origin(settings: Settings, log: str) -> str:
    return origin_of(settings.audit_name, settings.municipality, log)


def _trusted(settings: Settings, keys: Collection[str]) -> list[Verifier]:
    """Raises SettingsAreFaulty, KeyringIsUnusable."""
    if keys:
        try:
            return [Verifier.read(key) for key in keys]
        except KeyIsUnsound:
            raise SettingsAreFaulty(
                "--key: not a key; `samordna audit-keys` prints keys as NAME+ID+KEY"
            ) from None
    own = signing_keys(settings)
    return [signer.verifier for log in LOGS for signer in own(_origin(settings, log))]


def kept_notes(paths: Collection[Path]) -> list[str]:
    """The checkpoints in files, and in folders of them. Raises SettingsAreFaulty."""
    return [_read(path) for named in paths for path in _files(named)]


def _own_kept(settings: Settings) -> list[str]:
    """Those in the folder that is written once. One that cannot be read is wrong of both logs."""
    folder = folder_of(settings)
    return [note for log in LOGS for note in folder.notes(log)] if folder else []


def _files(path: Path) -> list[Path]:
    return sorted(it for it in path.rglob("*") if it.is_file()) if path.is_dir() else [path]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsAreFaulty(f"--kept: {path} cannot be read as a checkpoint") from None


@contextmanager
def _evidence(
    settings: Settings, url: str | None, *, alone: bool
) -> Iterator[Callable[[str], Evidence] | None]:
    """None, when it is to be done alone and another process is at it."""
    with ExitStack() as opened:
        if url is not None:
            address = url.rstrip("/")
            yield lambda log: opened.enter_context(closing(ServedEvidence(f"{address}/{log}")))
            return
        addresses = opened.enter_context(servers(settings))
        connection = opened.enter_context(log_as_it_is(_auditor(settings, addresses)))
        if alone and not is_alone(connection, settings.municipality):
            yield None
            return
        yield lambda log: DatabaseEvidence(connection, settings.municipality, log)


def _auditor(settings: Settings, addresses: Addresses) -> str:
    return role_url(addresses.log, settings.municipality, "auditor", secrets=settings.secrets)


def _verified(
    settings: Settings,
    evidence: Callable[[str], Evidence],
    trusted: Sequence[Verifier],
    kept: Sequence[str],
    policy: Policy,
    *,
    stopped: bool,
) -> dict[str, Verdict]:
    """The receipts first, so that what they say of the events is older than the events read."""
    sources = {log: evidence(log) for log in (RECEIPTS, EVENTS)}
    verdicts: dict[str, Verdict] = {}
    for log in (EVENTS, RECEIPTS):
        origin = _origin(settings, log)
        with bar(origin) as moved:
            verdicts[log] = verify_tree(
                sources[log],
                origin=origin,
                trusted=trusted,
                now=SystemClock().now(),
                stopped=stopped,
                kept=[note for note in kept if _is_of(note, origin)],
                policy=policy,
                events=partial(root_at, sources[EVENTS]) if log == RECEIPTS else None,
                progress=moved,
            )
    return verdicts


def _is_of(note: str, origin: str) -> bool:
    """What cannot be read as any log's is of both."""
    name = note.partition("\n")[0]
    return not name or name == origin or name.startswith(f"{origin}/")


def _tell(verdicts: Mapping[str, Verdict]) -> None:
    for log, verdict in verdicts.items():
        told = {
            "log": log,
            "size": verdict.size,
            "findings": [str(it) for it in verdict.findings],
            "cosigned": verdict.cosigned,
            "restored": [str(it) for it in verdict.restored],
        }
        typer.echo(json.dumps(told))


def _show(verdicts: Sequence[Verdict]) -> None:
    table = Table("log", "verified up to", "root", "cosigned up to", "")
    for verdict in verdicts:
        latest = verdict.checkpoints.get(verdict.size)
        table.add_row(
            verdict.origin,
            f"{verdict.size:,}",
            latest.root.hex()[:16] if latest else "-",
            f"{verdict.cosigned:,}",
            "holds" if verdict.holds else "DOES NOT HOLD",
            style=None if verdict.holds else "red",
        )
    Console().print(table)
    for verdict in verdicts:
        for restored in verdict.restored:
            typer.echo(f"{verdict.origin}: {restored}")
        for finding in verdict.findings:
            typer.echo(f"{verdict.origin}: {finding}")
