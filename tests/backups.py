"""Base backups of a server of ours, by PostgreSQL's own protocol, and what comes of them."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import psycopg

from api.runtime.postgres.ownership import OWNER_LOCK
from api.runtime.postgres.postgres_server import PostgresServer


def back_up(server: PostgresServer, backup: Path) -> None:
    """With what recovery needs."""
    with psycopg.connect(server.url(), autocommit=True) as owner:
        owner.execute("SELECT pg_backup_start('test', fast => true)")
        shutil.copytree(server.folder / "data", backup, ignore=_of_the_process)
        [(label,)] = owner.execute("SELECT labelfile FROM pg_backup_stop()").fetchall()
    (backup / "backup_label").write_text(label)
    shutil.copytree(server.folder / "data" / "pg_wal", backup / "pg_wal", dirs_exist_ok=True)


def restore(server: PostgresServer, backup: Path) -> Path:
    """The folder of a server that begins with the backup; it is the other one's in all else."""
    restored = backup.parent / "restored"
    restored.mkdir()
    for ours in ("pgpass", OWNER_LOCK):
        shutil.copy(server.folder / ours, restored / ours)
    shutil.move(backup, restored / "data")
    owner = (server.folder / "data").owner()
    for owned in [restored / "data", *(restored / "data").rglob("*")]:
        shutil.chown(owned, owner)
    (restored / "data").chmod(0o700)
    return restored


def _of_the_process(_: str, names: Sequence[str]) -> set[str]:
    return {"postmaster.pid", "postmaster.opts"} & set(names)
