"""Calls that carry many rows: every parameter is an array, a column of them.

The types stand in the statement. So a column is packed as PostgreSQL reads it in a stroke, where
psycopg would ask every value anew what it is: half of what an append took.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, Final
from weakref import WeakSet

import psycopg
from psycopg import generators, pq
from psycopg.errors import error_from_result

Connection = psycopg.AsyncConnection[Any]

_PARAMETER: Final = re.compile(rb"%\((\w+)\)b::(\w+)\[\]")
_NAME: Final = b"call"

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NULL: Final = (-1).to_bytes(4, "big", signed=True)


class Call:
    """A statement of sql/, whose parameters are all arrays; prepared once for each connection."""

    def __init__(self, statement: bytes) -> None:
        self._columns = [
            (name.decode(), _PACK[of.decode()]) for name, of in _PARAMETER.findall(statement)
        ]
        self._formats = [pq.Format.BINARY] * len(self._columns)
        types = b", ".join(of + b"[]" for _, of in _PARAMETER.findall(statement))
        numbers = (b"$%d" % number for number, _ in enumerate(self._columns, start=1))
        body = _PARAMETER.sub(lambda _: next(numbers), statement)
        self._prepare = b"PREPARE %b (%b) AS %b" % (_NAME, types, body)
        self._prepared: WeakSet[Connection] = WeakSet()

    async def on(
        self, connection: Connection, columns: Mapping[str, Sequence[Any] | None]
    ) -> list[list[Any]]:
        """The rows of the answer, their values as PostgreSQL spells them in binary, None for NULL.

        Raises psycopg's errors.
        """
        values = [
            None if (column := columns[name]) is None else pack(column)
            for name, pack in self._columns
        ]
        if connection not in self._prepared:
            await connection.execute(self._prepare)
            self._prepared.add(connection)
        connection.pgconn.send_query_prepared(_NAME, values, self._formats, pq.Format.BINARY)
        [result] = await connection.wait(generators.execute(connection.pgconn))
        if result.status != pq.ExecStatus.TUPLES_OK:
            raise error_from_result(result)
        width = range(result.nfields)
        return [[result.get_value(row, n) for n in width] for row in range(result.ntuples)]


# --- arrays in binary ------------------------------------------------------------------------
#
# The number of dimensions, whether there are NULLs (nobody asks), the elements' type, the length
# and the first index; then each element behind its own length in bytes.

_Pack = Callable[[Sequence[Any]], bytes]


class _Spelled(dict[int, bytes]):
    """Whole numbers in so many bytes; the small ones are spelled beforehand."""

    def __init__(self, size: int) -> None:
        self._size = size
        super().__init__({number: self[number] for number in range(1024)})

    def __missing__(self, number: int) -> bytes:
        return number.to_bytes(self._size, "big", signed=True)


_INT4: Final = _Spelled(4)


def _of_size(oid: int, size: int, spelled: Callable[[Any], bytes]) -> _Pack:
    before, behind = _around_length(oid)
    length = _INT4[size]

    def pack(values: Sequence[Any]) -> bytes:
        if not values:
            return _empty(oid)
        return length.join([before + _INT4[len(values)] + behind, *map(spelled, values)])

    return pack


def _of_any_size(oid: int, spelled: Callable[[Any], bytes | None]) -> _Pack:
    before, behind = _around_length(oid)

    def pack(values: Sequence[Any]) -> bytes:
        if not values:
            return _empty(oid)
        parts = [before, _INT4[len(values)], behind]
        for value in map(spelled, values):
            parts += (_NULL,) if value is None else (_INT4[len(value)], value)
        return b"".join(parts)

    return pack


def _around_length(oid: int) -> tuple[bytes, bytes]:
    return b"".join((_INT4[1], _INT4[0], _INT4[oid])), _INT4[1]


def _empty(oid: int) -> bytes:
    return b"".join((_INT4[0], _INT4[0], _INT4[oid]))


def _moment(value: datetime | None) -> bytes | None:
    if value is None:
        return None
    return ((value - _EPOCH) // _MICROSECOND).to_bytes(8, "big", signed=True)


_PACK: Final[Mapping[str, _Pack]] = {
    "uuid": _of_size(2950, 16, attrgetter("bytes")),
    "smallint": _of_size(21, 2, _Spelled(2).__getitem__),
    "int": _of_size(23, 4, _INT4.__getitem__),
    "bigint": _of_size(20, 8, _Spelled(8).__getitem__),
    "bytea": _of_any_size(17, lambda value: value),
    "text": _of_any_size(25, str.encode),
    "timestamptz": _of_any_size(1184, _moment),
}
