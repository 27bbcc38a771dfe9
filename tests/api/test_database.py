"""The log's schema: made by whoever comes first, the sum of its migrations."""

import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.runtime.postgres.database import (
    LOG,
    SQL_FOLDER,
    Kind,
    LogIsNoDemo,
    SchemaIsBehind,
    SchemaIsNewer,
    SchemaNameIsUnsound,
    SecretsAreElsewhere,
    create,
    migrate,
    require_current,
    role_name,
    role_url,
    session_url,
    status,
)
from api.runtime.postgres.postgres_server import PostgresServer
from tests.appends import record_something
from tests.conftest import Database, new_database

MIGRATIONS = [
    "0001-events",
    "0002-append-events",
    "0003-receipts",
    "0004-append-events",
    "0005-audit-trees",
    "0006-viewer",
    "0007-witnesses",
    "0008-forget-commands",
    "0009-note-verification",
]


def schema_of(server: PostgresServer, database: Database) -> str:
    """The definition of everything in a schema, under a common name."""
    dumped = subprocess.run(  # noqa: S603  # a program of the server's own
        [
            server.bin_folder / "pg_dump",
            "--schema-only",
            f"--schema={database.schema}",
            database.owner_url,
        ],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.replace(database.schema, "town")
    lines = [line for line in dumped.splitlines() if not line.startswith(("\\", "--"))]
    return "\n".join(lines)


# --- made and migrated -----------------------------------------------------------------------


def test_schema_is_made_once(log_server: PostgresServer, log_database: Database) -> None:
    """Making a schema again changes nothing, not even the passwords."""
    before = schema_of(log_server, log_database), log_database.url("server")
    create(log_database.owner_url, log_database.schema, secrets=log_database.secrets)
    assert (schema_of(log_server, log_database), log_database.url("server")) == before
    record_something(log_database)


def test_schema_is_the_sum_of_its_migrations(
    log_server: PostgresServer, log_database: Database, tmp_path: Path
) -> None:
    """A schema that came migration by migration is the same as one that was made at once."""
    old = tmp_path / "old"
    old.mkdir()
    shutil.copy(SQL_FOLDER / "log" / "0001-events.sql", old)
    came = new_database(log_server, tmp_path, Kind(migrations=str(old), roles=LOG.roles))
    assert status(came.owner_url, came.schema).pending == MIGRATIONS[1:]
    with pytest.raises(SchemaIsBehind):
        require_current(came.owner_url, came.schema)
    migrate(came.owner_url, came.schema)
    assert schema_of(log_server, came) == schema_of(log_server, log_database)


def test_migration_is_all_or_nothing(log_database: Database, tmp_path: Path) -> None:
    """When one of several pending migrations fails, none of them has been applied."""
    new = tmp_path / "new"
    shutil.copytree(SQL_FOLDER / "log", new)
    (new / "0004-good.sql").write_text("CREATE TABLE good ();")
    (new / "0005-bad.sql").write_text("CREATE TABLE bad (); SELECT 1 / 0;")
    kind = Kind(migrations=str(new), roles=LOG.roles)
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(log_database.owner_url, log_database.schema, kind=kind)
    pending = status(log_database.owner_url, log_database.schema, kind=kind).pending
    assert pending == ["0004-good", "0005-bad"]
    assert log_database.execute("SELECT to_regclass('{}.good')") == [(None,)]


def test_status_tells_what_is_applied(log_database: Database) -> None:
    """Every role can ask which migrations a schema has; one that is not there has none."""
    for role in LOG.roles:
        found = status(log_database.url(role), log_database.schema)
        assert (found.applied, found.pending, found.unknown) == (MIGRATIONS, [], [])
        require_current(log_database.url(role), log_database.schema)
    assert status(log_database.owner_url, "nowhere").pending == MIGRATIONS


def test_newer_schema_is_refused(log_database: Database) -> None:
    """A schema with a migration that this program does not know is left alone."""
    log_database.execute("INSERT INTO {}._yoyo_migration VALUES ('hash', '9999-later', now())")
    assert status(log_database.owner_url, log_database.schema).unknown == ["9999-later"]
    for use in (migrate, require_current):
        with pytest.raises(SchemaIsNewer, match="9999-later"):
            use(log_database.owner_url, log_database.schema)


def test_processes_make_one_schema_together(log_server: PostgresServer, tmp_path: Path) -> None:
    """Whoever comes second waits, and finds everything made."""
    owner_url = log_server.url()
    with ThreadPoolExecutor() as threads:
        for done in [
            threads.submit(create, owner_url, "crowded", secrets=tmp_path) for _ in range(4)
        ]:
            done.result()
    record_something(Database(owner_url=owner_url, schema="crowded", secrets=tmp_path))


def test_killed_migration_is_taken_up(log_database: Database) -> None:
    """What a killed process left - its lock, a migration not yet marked - hinders nobody."""
    log_database.execute("INSERT INTO {}.yoyo_lock VALUES (1, now(), 1)")
    log_database.execute("DELETE FROM {}._yoyo_migration WHERE migration_id LIKE '0003%%'")
    log_database.execute("DROP TABLE {}.receipts, {}.receipts_head".replace("{}", "{0}"))
    log_database.execute("DROP FUNCTION {}.append_receipts")
    migrate(log_database.owner_url, log_database.schema)
    record_something(log_database)


@pytest.mark.parametrize("name", ["", "Uppsala", "1st", "a-b", 'a"; DROP', "a" * 41])
def test_unsound_name_is_refused(log_server: PostgresServer, tmp_path: Path, name: str) -> None:
    """A schema's name needs no quoting anywhere, and leaves room for its roles' names."""
    with pytest.raises(SchemaNameIsUnsound):
        create(log_server.url(), name, secrets=tmp_path)


def test_only_an_empty_log_becomes_a_demo(log_server: PostgresServer, tmp_path: Path) -> None:
    """A log that holds something is never marked as demo."""
    database = new_database(log_server, tmp_path, LOG)
    create(database.owner_url, database.schema, secrets=tmp_path, demo=True)
    create(database.owner_url, database.schema, secrets=tmp_path)
    assert database.execute("SELECT demo FROM {}.events_head") == [(True,)]
    used = new_database(log_server, tmp_path, LOG)
    record_something(used)
    with pytest.raises(LogIsNoDemo):
        create(used.owner_url, used.schema, secrets=tmp_path, demo=True)


# --- who connects ----------------------------------------------------------------------------


def test_passwords_are_private(log_database: Database) -> None:
    """Each role's password stands in a file that only its owner can read, hashed in the server."""
    for role in LOG.roles:
        file = log_database.secrets / role_name(log_database.schema, role)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        [(stored,)] = log_database.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = %s", file.name
        )
        assert stored.startswith("SCRAM-SHA-256$")


def test_nobody_is_shut_out_by_another_folder(log_database: Database) -> None:
    """From a data folder without its passwords a municipality is refused; the old ones go on."""
    old = log_database.url("server")
    (log_database.secrets / role_name(log_database.schema, "server")).unlink()
    with pytest.raises(SecretsAreElsewhere):
        create(log_database.owner_url, log_database.schema, secrets=log_database.secrets)
    with psycopg.connect(old) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_role_connects_where_its_owner_does(
    log_server: PostgresServer, log_database: Database
) -> None:
    """An owner's URL in any form gives the role's, with everything else in it kept."""
    owner = conninfo_to_dict(log_server.url())
    tcp = conninfo_to_dict(log_server.url(tcp=True))
    for owner_url in (
        log_server.url(),  # a socket's folder, percent-encoded, as the host
        f"postgresql://boss:secret@/postgres?host={owner['host']}&port={owner['port']}",
        f"postgresql://127.0.0.1:{tcp['port']}/postgres?user=boss&sslmode=disable",
        make_conninfo(log_server.url()),
    ):
        url = role_url(owner_url, log_database.schema, "server", secrets=log_database.secrets)
        with psycopg.connect(session_url(url, name="a test", work_mem="1MB")) as connection:
            assert connection.info.user == role_name(log_database.schema, "server")
            assert connection.execute("SHOW work_mem").fetchone() == ("1MB",)
            assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
            assert ("sslmode=disable" in owner_url) == ("sslmode=disable" in url)


def test_owner_need_not_be_superuser(log_server: PostgresServer, tmp_path: Path) -> None:
    """An ordinary role that may create roles and schemas can own a municipality."""
    log_server_owner = log_server.url()
    with psycopg.connect(log_server_owner, autocommit=True) as superuser:
        superuser.execute("CREATE ROLE modest LOGIN CREATEROLE PASSWORD 'secret'")
        superuser.execute("GRANT CREATE ON DATABASE postgres TO modest")
    owner_url = log_server.url(user="modest", password="secret")
    database = Database(owner_url=owner_url, schema="modest_town", secrets=tmp_path)
    for _ in range(2):
        create(owner_url, database.schema, secrets=tmp_path)
    record_something(database)
    database.execute("CREATE TABLE {}.view AS SELECT 1 AS one", role="projector")
    assert database.execute("TABLE {}.view", role="reader") == [(1,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.execute("INSERT INTO {}.view VALUES (2)", role="reader")
