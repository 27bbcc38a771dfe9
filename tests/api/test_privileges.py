"""What nobody may do in the log's schema."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
import pytest

from api.runtime.log.event_log import arguments
from api.runtime.postgres.database import LOG, statement
from api.runtime.postgres.postgres_server import PostgresServer
from projections import ALL, ALL_OF_RECEIPTS
from projections.projection import Projection
from projections.rebuild import prepare
from tests.appends import IDS, new_append, new_event, record_something
from tests.conftest import Database, new_database
from tests.told import LINES

EVERY: Sequence[Projection[Any]] = [*ALL, *ALL_OF_RECEIPTS]
LOGS = frozenset({"events", "events_head", "receipts", "receipts_head"})
TREES = frozenset(
    {"trees", "tree_tiles", "checkpoints", "cosignatures", "incarnations", "verifications"}
)
HEADS = frozenset({"events_head", "receipts_head"})
OWN = frozenset({"_yoyo_migration"})  # which program the schema is for

# What each role may do with each table: read these, and all with those that are its own. The rest
# of the matrix is what nobody may do.
VIEWS = {
    *(table.name for it in EVERY for table in (*it.tables, *it.tallies)),
    "projection_checkpoints",
    "projection_parked",
}
READS: Mapping[str, Callable[[str], bool]] = {
    "server": lambda table: table in LOGS | TREES | OWN | {"commands"},
    "projector": lambda table: table in LOGS | OWN,
    "reader": lambda table: table in HEADS | OWN or table in VIEWS,
    "auditor": lambda table: table in LOGS | TREES | OWN,
}
CALLS = {
    "server": {
        "append_events",
        "append_receipts",
        "forget_commands",
        "seal_tree",
        "note_verification",
        "keep_cosignature",
        "a_viewer_is_set",
    },
    "projector": {"a_viewer_is_set"},
    "reader": {"a_viewer_is_set"},
    "auditor": {"a_viewer_is_set"},
}
VERBS = {
    "read": "TABLE {table}",
    "insert": "INSERT INTO {table} DEFAULT VALUES",
    "update": "UPDATE {table} SET {column} = {column} WHERE false",
    "delete": "DELETE FROM {table} WHERE false",
    "truncate": "TRUNCATE {table}",
    "lock": "SELECT 1 FROM {table} FOR UPDATE",
    "lock all": "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
    "alter": "ALTER TABLE {table} ADD COLUMN more int",
    "own": "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "unguard": "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "permit": "CREATE POLICY mine ON {table} USING (true)",
    "untrigger": "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "rule": "CREATE RULE nothing AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "index": "CREATE INDEX ON {table} ({column})",
    "drop": "DROP TABLE {table} CASCADE",
}
BEYOND = [
    "CREATE SCHEMA more",
    "CREATE ROLE more",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "CREATE TABLE public.mine (one int)",
    "TABLE pg_catalog.pg_authid",
    "TABLE pg_catalog.pg_shadow",
    "SELECT pg_catalog.pg_read_file('postgresql.conf')",
    "SELECT pg_catalog.pg_ls_dir('.')",
    "SELECT pg_catalog.lo_import('/etc/hostname')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/mine'",
    "SELECT pg_catalog.pg_switch_wal()",
    "SET session_replication_role = replica",
    "SET ROLE {owner}",
    "SET SESSION AUTHORIZATION {owner}",
    "SELECT {schema}.mark_as_demo()",
    "ALTER FUNCTION {schema}.forget_commands OWNER TO CURRENT_USER",
    "CREATE OR REPLACE FUNCTION {schema}.mark_as_demo() RETURNS void LANGUAGE sql AS ''",
    "CREATE OR REPLACE FUNCTION {schema}.a_viewer_is_set() RETURNS bool LANGUAGE sql RETURN true",
    "DROP SCHEMA {schema} CASCADE",
    "ALTER SCHEMA {schema} OWNER TO CURRENT_USER",
]


@dataclass(frozen=True, slots=True)
class Attempts:
    """What one role tries, each in a transaction that is rolled back."""

    connection: psycopg.Connection

    def __call__(self, query: str) -> bool:
        """Whether it was let through, whatever came of it then."""
        try:
            with self.connection.transaction(force_rollback=True):
                self.connection.execute(query)
        except psycopg.errors.InsufficientPrivilege:
            return False
        except (psycopg.Error, ValueError):  # let through, and stopped by something else
            return True
        return True


@pytest.fixture(scope="module")
def full(log_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A log in which something stands, with all views made, empty."""
    database = new_database(log_server, tmp_path_factory.mktemp("full"), LOG)
    record_something(database)
    url = database.url("projector")
    connect = partial(psycopg.AsyncConnection.connect, url)
    asyncio.run(prepare(EVERY, connect, schema=database.schema))
    return database


def tables(database: Database) -> list[tuple[str, str]]:
    """All there are, each with one of its columns."""
    return database.execute(
        "SELECT relname, (SELECT attname FROM pg_attribute WHERE attrelid = pg_class.oid"
        " AND attnum = 1) FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'",
        database.schema,
    )


@pytest.mark.parametrize("role", LOG.roles)
def test_the_matrix_of_roles_tables_and_verbs(full: Database, role: str) -> None:
    """Every role tries everything on every table: what is not granted above is refused. So nobody
    changes, removes or locks a fact, a receipt or a counter, and the reader writes nothing."""
    found = tables(full)
    assert {name for name, _ in found} >= VIEWS | LOGS | OWN
    with psycopg.connect(full.url(role), autocommit=True) as connection:
        tried = Attempts(connection)
        for table, column in found:
            own = role == "projector" and table in VIEWS
            where = {"table": f"{full.schema}.{table}", "column": f'"{column}"'}
            for verb, query in VERBS.items():
                granted = own or (verb == "read" and READS[role](table))
                assert tried(query.format(**where)) is granted, f"{role}, {verb}, {table}"
    LINES.append(f"privileges: {role} tried {len(VERBS)} verbs on {len(found)} tables")


@pytest.mark.parametrize("role", LOG.roles)
def test_what_no_role_may_do_at_all(full: Database, role: str) -> None:
    """Become somebody else, reach the server's files, change the schema or its functions."""
    with psycopg.connect(full.owner_url) as owner:
        where = {"schema": full.schema, "owner": owner.info.user}
    with psycopg.connect(full.url(role), autocommit=True) as connection:
        tried = Attempts(connection)
        assert [query for query in BEYOND if tried(query.format(**where))] == []
        assert tried(f"CREATE TABLE {full.schema}.mine (one int)") is (role == "projector")


@pytest.mark.parametrize("role", LOG.roles)
def test_no_role_is_more_than_itself(full: Database, role: str) -> None:
    """No attribute of PostgreSQL's lets it past what it was granted, and it is in no other role."""
    told = full.execute(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,"
        " EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid)"
        " FROM pg_roles WHERE rolname = %s",
        f"{full.schema}_{role}",
    )
    assert told == [(False,) * 6]


@pytest.mark.parametrize("role", LOG.roles)
def test_what_a_role_may_call(full: Database, role: str) -> None:
    """The server appends and forgets by name; nobody else calls what writes."""
    called = full.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = %s::regnamespace"
        " AND prorettype <> 'trigger'::regtype AND has_function_privilege(%s, oid, 'execute')",
        full.schema,
        f"{full.schema}_{role}",
    )
    assert {name for (name,) in called} == CALLS[role]


def test_another_municipality_is_out_of_reach(full: Database, log_database: Database) -> None:
    """No role of one schema does anything in another one on the same server."""
    for role in LOG.roles:
        with psycopg.connect(log_database.url(role), autocommit=True) as connection:
            tried = Attempts(connection)
            for table, column in tables(full):
                where = {"table": f"{full.schema}.{table}", "column": f'"{column}"'}
                assert not any(tried(query.format(**where)) for query in VERBS.values()), table


def test_the_reader_knows_of_the_logs_how_far_they_have_come(full: Database) -> None:
    """Positions and moments, nothing of what stands there."""
    for log in ("events", "receipts"):
        query = f"SELECT position, recorded_at FROM {{}}.{log}"  # noqa: S608 - ours
        assert len(full.execute(query, role="reader")) == 1


@pytest.mark.parametrize("log", ["events", "receipts"])
def test_log_only_grows(log_database: Database, log: str) -> None:
    """Not even the owner changes, removes or truncates what is recorded, or turns the head back."""
    record_something(log_database)
    with psycopg.connect(log_database.owner_url, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        for query in (
            "UPDATE {} SET recorded_at = now()",
            "DELETE FROM {} WHERE false",
            "TRUNCATE {}",
            "DELETE FROM {}_head",
            "TRUNCATE {}_head",
            "UPDATE {}_head SET position = 0",
            "UPDATE {}_head SET recorded_at = 'epoch'",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation, match="the log only grows"):
                owner.execute(query.replace("{}", f"{log_database.schema}.{log}"))


def test_projector_cannot_smuggle_functions_in(log_database: Database) -> None:
    """What the projector creates under a name that the append functions use is not what they
    call: it would run with the owner's rights."""
    for name, of, returns in (
        ("unnest", "uuid[]", "SETOF uuid"),
        ("cardinality", "uuid[]", "int"),
        ("count", "uuid", "bigint"),
        ("generate_series", "int, int", "SETOF int"),
        ("clock_timestamp", "", "timestamptz"),
        ("array_agg", "int", "int[]"),
    ):
        log_database.execute(
            f"CREATE FUNCTION {{}}.{name}({of}) RETURNS {returns} LANGUAGE plpgsql"
            " AS 'BEGIN RAISE EXCEPTION ''smuggled in''; END'",
            role="projector",
        )
    record_something(log_database)


def test_server_cannot_put_tables_in_front(log_database: Database) -> None:
    """A temporary table with the name of a log is not what the append functions write to."""
    query = statement("append_events", log_database.schema)
    with psycopg.connect(log_database.url("server"), autocommit=True) as server:
        for table in ("events", "events_head", "commands"):
            server.execute(f"CREATE TEMP TABLE {table} (LIKE {log_database.schema}.{table})")
        server.execute(query, arguments([new_append(new_event(IDS.new()))]))
    assert log_database.execute("SELECT count(*) FROM {}.events") == [(1,)]
