"""One municipality's schema: made, brought up to date, and who may do what in it.

A schema is the sum of its migrations. The roles' names begin with the schema's name, because roles
belong to the whole server; their passwords stand in files that only their owner can read.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, LiteralString
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from yoyo import get_backend, read_migrations
from yoyo.migrations import MigrationList

SQL_FOLDER = Path(__file__).with_name("sql")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of schema: the folder of its migrations, and the roles that work in it."""

    migrations: str
    roles: Sequence[str]


LOG = Kind(migrations="log", roles=("server", "projector", "reader", "auditor"))
VAULT = Kind(migrations="vault", roles=("vault",))


@dataclass(frozen=True, slots=True)
class Status:
    """Which migrations a schema has, lacks, and has from a version of the program that is not
    this one."""

    applied: Sequence[str]
    pending: Sequence[str]
    unknown: Sequence[str]


class SchemaIsNewer(Exception):
    """The schema has migrations that this version of the program does not know. Update it."""


class SchemaIsBehind(Exception):
    """The schema lacks migrations. Run `samordna db migrate`."""


class LogIsNoDemo(Exception):
    """The log holds events and is not a demo's: it never becomes one. Name another database, or
    another municipality."""


class SecretsAreElsewhere(Exception):
    """The municipality exists, and its passwords are in another data folder. Use that folder, or
    bring its secrets/ along: new passwords would shut out whoever uses the old ones."""


class MunicipalityIsMissing(Exception):
    """There is no municipality of this name here. Run `samordna db create` with the same data
    folder (or bring its secrets/ along)."""


class SchemaNameIsUnsound(ValueError):
    """A schema's name is a small letter and up to 39 small letters, digits and underscores."""


def create(
    owner_url: str, schema: str, *, secrets: Path, kind: Kind = LOG, demo: bool = False
) -> None:
    """Make the schema and its roles and bring it up to date; what is there already stays.

    Raises LogIsNoDemo, SecretsAreElsewhere, SchemaIsNewer.

    `demo` lets a generator choose when its events were recorded; only an empty log can become one.
    """
    with _alone_with(owner_url, schema) as owner:
        owner.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        for role in kind.roles:
            _make_role(owner, role_name(schema, role), secrets)
        _apply(owner_url, schema, kind)
        if demo:
            _mark_as_demo(owner, schema)


def _mark_as_demo(owner: psycopg.Connection, schema: str) -> None:
    mark = sql.SQL("SELECT {}.mark_as_demo()").format(sql.Identifier(schema))
    try:
        owner.execute(mark)
    except psycopg.errors.RestrictViolation:
        raise LogIsNoDemo from None


def migrate(owner_url: str, schema: str, *, kind: Kind = LOG, secrets: Path | None = None) -> None:
    """Apply what is pending: all of it, or nothing; roles that are new get their `secrets`. Raises
    SchemaIsNewer, SecretsAreElsewhere."""
    with _alone_with(owner_url, schema) as owner:
        if secrets:
            for role in kind.roles:
                _make_role(owner, role_name(schema, role), secrets)
        _apply(owner_url, schema, kind)


def status(url: str, schema: str, *, kind: Kind = LOG) -> Status:
    """What `migrate` would find; every role of the schema may ask."""
    table = sql.Identifier(_sound(schema), "_yoyo_migration")
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT to_regclass(%s)", [table.as_string()]).fetchone()
        rows = (
            connection.execute(sql.SQL("SELECT migration_id FROM {}").format(table)).fetchall()
            if found and found[0]
            else []
        )
    known = [migration.id for migration in _migrations(kind)]
    applied = {row[0] for row in rows}
    return Status(
        applied=[name for name in known if name in applied],
        pending=[name for name in known if name not in applied],
        unknown=sorted(applied.difference(known)),
    )


def require_current(url: str, schema: str, *, kind: Kind = LOG) -> None:
    """Raises SchemaIsNewer or SchemaIsBehind unless the schema is what this program expects."""
    found = status(url, schema, kind=kind)
    if found.unknown:
        raise SchemaIsNewer(", ".join(found.unknown))
    if found.pending:
        lacking = ", ".join(found.pending)
        raise SchemaIsBehind(f"The schema lacks {lacking}. Run `samordna db migrate`.")


def are_apart(log: str, vault: str) -> bool | None:
    """Whether they are two servers, so that what the vault forgets is forgotten: in one, it stays
    in the log's write-ahead log and backups. None where a server does not tell which one it is."""
    query: LiteralString = "SELECT system_identifier FROM pg_catalog.pg_control_system()"
    one, other = asked(log, query), asked(vault, query)
    return None if one is None or other is None else one != other


def asked(url: str, *queries: LiteralString | sql.Composed) -> tuple[Any, ...] | None:
    """The first value of each answer; None where there is none, or nobody answers."""
    here = session_url(url, name="samordna doctor", statement_timeout="5000")
    try:
        with psycopg.connect(here, autocommit=True) as connection:
            rows = [connection.execute(query).fetchone() for query in queries]
    except psycopg.Error:
        return None
    return tuple(row[0] for row in rows if row) if all(rows) else None


def role_name(schema: str, role: str) -> str:
    return f"{_sound(schema)}_{role}"


def role_url(owner_url: str, schema: str, role: str, *, secrets: Path) -> str:
    """Where the owner connects to, as one of the schema's roles."""
    name = role_name(schema, role)
    file = secrets / name
    if not file.exists():
        raise MunicipalityIsMissing
    password = file.read_text(encoding="ascii")
    owner = conninfo_to_dict(owner_url)
    owner.pop("passfile", None)
    return _url({**owner, "user": name, "password": password})


def session_url(url: str, *, name: str, **settings: str) -> str:
    """The same URL for a session of ours: named, in UTC, noticing a dead network, with settings.

    What the URL itself says about the network wins.
    """
    given = conninfo_to_dict(url)
    settings = {"timezone": "UTC", **settings}
    options = " ".join(f"-c {setting}={value}" for setting, value in settings.items())
    patient = {
        "connect_timeout": "3",
        "keepalives_idle": "5",
        "keepalives_interval": "2",
        "keepalives_count": "3",
        "tcp_user_timeout": "5000",
    }
    ours = {
        "application_name": name,
        "options": f"{given.get('options') or ''} {options}".strip(),
    }
    return _url({**patient, **given, **ours})


def statement(name: str, schema: str, more: str = "") -> bytes:
    """The statement that stands in sql/NAME.sql, in one schema, ready to be sent."""
    text = (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8") + more
    return sql.SQL(text).format(schema=sql.Identifier(_sound(schema))).as_bytes()


def _sound(schema: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", schema):
        raise SchemaNameIsUnsound(schema)
    return schema


@contextmanager
def _alone_with(owner_url: str, schema: str) -> Iterator[psycopg.Connection]:
    """The owner's connection, while no other process makes or migrates the same schema.

    The lock ends with the connection, so a killed process leaves none behind.
    """
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(
            "SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"samordna {_sound(schema)}"]
        )
        yield owner


def _make_role(owner: psycopg.Connection, name: str, secrets: Path) -> None:
    role = sql.Identifier(name)
    found = owner.execute("SELECT FROM pg_roles WHERE rolname = %s", [name])
    known = found.rowcount == 1
    if known and not (secrets / name).exists():
        raise SecretsAreElsewhere
    if not known:
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
    # Hashed here: the password itself is neither sent nor found in the server's log.
    hashed = owner.pgconn.encrypt_password(
        _password(secrets / name).encode(), name.encode(), b"scram-sha-256"
    ).decode()
    owner.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, hashed))


def _password(file: Path) -> str:
    """The password that the file holds; a new one, when there is none."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        draft = file.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(token_urlsafe(32), encoding="ascii")
        draft.replace(file)
    return file.read_text(encoding="ascii")


def _apply(owner_url: str, schema: str, kind: Kind) -> None:
    unknown = status(owner_url, schema, kind=kind).unknown
    if unknown:
        raise SchemaIsNewer(", ".join(unknown))
    migrations = _migrations(kind)
    with get_backend(_yoyo_url(owner_url, schema)) as backend:
        backend.break_lock()  # of a process that died: the advisory lock says that none lives
        pending = backend.to_apply(migrations)
        # Applied, marked and privileges granted in one transaction: a kill leaves nothing half
        # done, and nobody ever meets a new function without its privileges.
        with backend.transaction():
            for migration in pending:
                migration.process_steps(backend, "apply")
                backend.mark_one(migration, log=False)
            for hook in migrations.post_apply:
                hook.process_steps(backend, "apply")


def _migrations(kind: Kind) -> MigrationList:
    return read_migrations(escape(str(SQL_FOLDER / kind.migrations)))


def _yoyo_url(owner_url: str, schema: str) -> str:
    """yoyo sets the search_path from it, so migrations name no schema. pg_temp comes last:
    otherwise anybody's temporary table would be found before the schema's own."""
    parameters = {**conninfo_to_dict(owner_url), "schema": f"{schema}, pg_temp"}
    return "postgresql+psycopg:///?" + urlencode(parameters)


def _url(parameters: dict[str, object]) -> str:
    """A URL in which every value is a parameter: nothing to escape but by the common rule."""
    return "postgresql:///?" + urlencode(parameters, quote_via=quote)
