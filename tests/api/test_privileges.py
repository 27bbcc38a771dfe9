"""What nobody may do in the log's schema."""

import psycopg
import pytest

from api.runtime.database import LOG, statement
from api.runtime.event_log import arguments
from tests.appends import IDS, new_append, new_event, record_something
from tests.conftest import Database

WRITES = [
    *(
        f"{write} {{}}.{log}{rest}"
        for log in ("events", "events_head", "receipts", "receipts_head", "commands")
        for write, rest in (
            ("INSERT INTO", " DEFAULT VALUES"),
            ("UPDATE", " SET recorded_at = now()"),
            ("DELETE FROM", ""),
            ("TRUNCATE", ""),
            ("SELECT 1 FROM", " FOR UPDATE"),
            ("ALTER TABLE", " DISABLE TRIGGER ALL"),
            ("CREATE RULE nothing AS ON INSERT TO", " DO INSTEAD NOTHING"),
        )
    ),
    "SELECT {}.mark_as_demo()",
    "ALTER FUNCTION {}.forget_commands OWNER TO CURRENT_USER",
    "CREATE OR REPLACE FUNCTION {}.mark_as_demo() RETURNS void LANGUAGE sql AS ''",
    "SET session_replication_role = replica",
]
CALLS = [
    "SELECT {}.forget_commands(now())",
    "SELECT {}.append_receipts('{{}}', '{{}}', '{{}}', '{{}}', '{{}}')",
    "SELECT {}.append_events(" + ", ".join(["'{{}}'"] * 18) + ")",
]
VIEWS = ["CREATE TABLE {}.view (one int)"]
FORBIDDEN = {
    "server": [*WRITES, *VIEWS],
    "projector": [*WRITES, *CALLS, "SELECT 1 FROM {}.commands"],
    "auditor": [*WRITES, *CALLS, *VIEWS, "SELECT 1 FROM {}.commands"],
}


@pytest.mark.parametrize("role", LOG.roles)
def test_role_writes_only_by_name(log_database: Database, role: str) -> None:
    """No role writes a log, its counter or its rules: the server has functions to append with,
    the projector its own views, the auditor nothing."""
    record_something(log_database)
    for query in FORBIDDEN[role]:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            log_database.execute(query, role=role)
    for query in ("TABLE {}.events", "TABLE {}.receipts"):
        assert len(log_database.execute(query, role=role)) == 1


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
