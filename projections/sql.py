"""SQL lies in files beside the code that asks it. A `{name}` in it is a table of the municipality's
schema, unless the caller gives that part.

A file holds statements, each under a line `-- name: ...`; other comment lines stay in the file.
"""

import re
from importlib.resources import files
from string import Formatter

from psycopg import sql

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_COMMENT = re.compile(r"^ *--.*\n", re.MULTILINE)


def text(package: str, file: str) -> str:
    """What a file of a room says."""
    return files(package).joinpath(file).read_text(encoding="utf-8")


def compose(statement: str, schema: str, **parts: sql.Composable) -> sql.Composed:
    """The statement with its parts in place, every table qualified by the schema."""
    named = {name for _, name, _, _ in Formatter().parse(statement) if name}
    tables = {name: sql.Identifier(schema, name) for name in named - parts.keys()}
    return sql.SQL(statement).format(**tables, **parts)


class Statements:
    """The statements of one file, by name."""

    def __init__(self, package: str, file: str = "queries.sql") -> None:
        _, *named = _NAME.split(text(package, file))
        self._texts = {
            name: _COMMENT.sub("", statement).strip()
            for name, statement in zip(named[::2], named[1::2], strict=True)
        }
        self._whole: dict[tuple[str, str], sql.Composed] = {}

    def __call__(self, name: str, schema: str, **parts: sql.Composable) -> sql.Composed:
        if parts:
            return compose(self._texts[name], schema, **parts)
        if (name, schema) not in self._whole:
            self._whole[name, schema] = compose(self._texts[name], schema)
        return self._whole[name, schema]
