"""Columns of values arrive at PostgreSQL as they were sent."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import psycopg
import pytest

from api.runtime.log.calls import Call, Connection
from tests.conftest import Database

ECHO = Call(
    b"SELECT uuid::text, bytea::text, text, int::text, smallint::text, bigint::text,"
    b" extract(epoch FROM timestamptz)::text FROM unnest("
    b"%(uuids)b::uuid[], %(byteas)b::bytea[], %(texts)b::text[], %(ints)b::int[],"
    b" %(smallints)b::smallint[], %(bigints)b::bigint[], %(moments)b::timestamptz[])"
    b" AS sent (uuid, bytea, text, int, smallint, bigint, timestamptz)"
)
NOTHING: Mapping[str, Sequence[Any] | None] = {
    "uuids": [],
    "byteas": [],
    "texts": [],
    "ints": [],
    "smallints": [],
    "bigints": [],
    "moments": [],
}


@pytest.fixture
async def connection(log_database: Database) -> AsyncIterator[Connection]:
    async with await psycopg.AsyncConnection.connect(
        log_database.url("server"), autocommit=True
    ) as connection:
        yield connection


async def echoed(connection: Connection, name: str, values: Sequence[Any] | None) -> list[Any]:
    """What the server says that it was sent in one column."""
    rows = await ECHO.on(connection, {**NOTHING, name: values})
    told = [row[list(NOTHING).index(name)] for row in rows]
    return [text if text is None else text.decode() for text in told]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("uuids", [UUID(int=0), UUID(int=2**128 - 1), UUID(int=5)]),
        ("texts", ["", "nexus", "förening ☂", "x" * 3000]),
        ("ints", [0, 1, 1023, 1024, -1, 2**31 - 1, -(2**31)]),
        ("smallints", [0, 1, 1023, 1024, -1, 2**15 - 1, -(2**15)]),
        ("bigints", [0, 1, 1023, 1024, -1, 2**63 - 1, -(2**63)]),
    ],
)
async def test_values_arrive(connection: Connection, name: str, values: Sequence[Any]) -> None:
    """Every value arrives, in its order, from the least to the most that its type holds."""
    assert await echoed(connection, name, values) == list(map(str, values))


async def test_bytes_arrive(connection: Connection) -> None:
    """Bytes are any bytes, and any number of them."""
    values = [b"", b"\0", bytes(range(256)), b"x" * 65536]
    assert await echoed(connection, "byteas", values) == [rf"\x{value.hex()}" for value in values]


async def test_moments_arrive(connection: Connection) -> None:
    """A moment is the same moment, to the microsecond, in whatever zone; none is NULL."""
    values = [
        datetime(2000, 1, 1, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        None,
        datetime(2023, 4, 3, 9, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=2))),
    ]
    assert await echoed(connection, "moments", values) == [
        "946684800.000000",
        "946684799.999999",
        None,
        "1680507000.123456",
    ]


async def test_no_values_arrive(connection: Connection) -> None:
    """An empty column is an array without elements, no column is NULL."""
    call = Call(b"SELECT cardinality(%(ints)b::int[])::text, (%(none)b::text[] IS NULL)::text")
    assert await call.on(connection, {"ints": [], "none": None}) == [[b"0", b"true"]]


async def test_call_is_prepared_once(connection: Connection) -> None:
    """Each connection learns the statement once, whatever the columns hold."""
    for values in ([], [1], [2**31 - 1]):
        await echoed(connection, "ints", values)
    prepared = await connection.execute("SELECT count(*) FROM pg_prepared_statements")
    assert await prepared.fetchall() == [(1,)]


async def test_refusal_is_an_error(connection: Connection) -> None:
    """What the server refuses is raised as its error, and the connection goes on."""
    with pytest.raises(psycopg.errors.CharacterNotInRepertoire):
        await echoed(connection, "texts", ["a\0b"])
    assert await echoed(connection, "texts", ["a b"]) == ["a b"]
