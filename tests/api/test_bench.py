"""The bench measures everything it promises; how fast it is, no test judges."""

import json
import shutil
import subprocess
import sys
from uuid import UUID

import psycopg
import pytest

from api.bench.figures import Turn, compared, in_turns, percentiles
from api.bench.ground import Ground
from api.bench.long_log import lengthen
from api.bench.run import NAMES
from api.runtime.postgres.postgres_server import PostgresServer
from api.runtime.postgres.servers import Addresses
from api.runtime.settings import Settings
from domain.recorded import Appended
from tests.appends import IDS, log_of, new_append, new_event
from tests.conftest import Database

OVER_HTTP = {"as_of", "caseload_query", "command_http"}
TINY = ("--events", "1500", "--rounds", "1", "--seconds", "0.5")


def test_every_figure_is_measured_beside_its_references(
    log_server: PostgresServer, vault_server: PostgresServer
) -> None:
    """Each figure is a JSON line with its value, its reference and their ratio, and explains both;
    a figure without its load tool is left out with the reason; on given servers nothing stays."""
    before = _schemas_and_roles(log_server), _schemas_and_roles(vault_server)
    done = _bench("--json", *TINY, log_server=log_server, vault_server=vault_server)
    lines = [json.loads(line) for line in done.stdout.splitlines()]

    for line in lines:
        assert line["value"] > 0
        assert line["reference_value"] > 0
        assert line["ratio"] == pytest.approx(line["value"] / line["reference_value"], rel=0.01)
        assert line["unit"] in {"ms", "MB"} or line["unit"].endswith("/s")
        assert all(line[told] for told in ("what", "reference", "about"))
        for name in ("value", "reference_value", "ratio"):
            assert line["spread"][name][0] <= line[name] <= line["spread"][name][1]
    expected = set(NAMES) if shutil.which("wrk") else set(NAMES) - OVER_HTTP
    assert {line["name"] for line in lines} == expected
    assert done.returncode == (0 if expected == set(NAMES) else 1)
    for name in set(NAMES) - expected:
        assert f"LEFT OUT: {name}: wrk" in done.stderr
    assert [line["reference"] for line in lines if line["name"] == "append"] == [
        "pgbench 16 clients",
        "stock library 16 threads",
        *["pgbench 16 clients"] * 3,
    ]
    assert all(line["milliseconds"]["p50"] > 0 for line in lines if line["name"] in OVER_HTTP)
    told = " ".join(done.stderr.split())
    assert "fsync off" in told  # whatever the servers' settings are
    assert (_schemas_and_roles(log_server), _schemas_and_roles(vault_server)) == before


def test_what_no_figure_is_called_is_refused(
    log_server: PostgresServer, vault_server: PostgresServer
) -> None:
    """Whoever mistypes a name is told which there are, before anything is measured."""
    done = _bench("apend", log_server=log_server, vault_server=vault_server)
    assert done.returncode == 2
    assert "caseload_query" in done.stderr


async def test_lengthened_log_is_a_log(log_database: Database) -> None:
    """A log that was made long by SQL is whole, its rows about as large as asked for, and what is
    appended stands at its end."""
    url = log_database.owner_url
    ground = Ground(
        settings=Settings(database=url, vault=url), addresses=Addresses(log=url, vault=url)
    )
    async with log_of(log_database) as log:
        await log.append(new_append(new_event(IDS.new())))
        lengthen(ground, log_database.schema, 1000, row_bytes=612)
        assert await log.append(new_append(new_event(IDS.new()))) == Appended(first=1002, last=1002)
        rows = await log.read(1, 1000)
        last, long_ago = await log.find(rows[-1].command), await log.find(rows[0].command)
    assert [row.position for row in rows] == list(range(2, 1002))
    streams: dict[UUID, list[int]] = {}
    for row in rows:
        streams.setdefault(row.stream, []).append(row.version)
    assert list(streams.values()) == [list(range(1, 11))] * 100
    assert len({row.command for row in rows}) == 1000
    assert (last and last.first, long_ago) == (1001, None)
    [(bytes_a_row,)] = log_database.execute("SELECT avg(pg_column_size(e.*)) FROM {}.events AS e")
    assert bytes_a_row == pytest.approx(612, rel=0.1)


async def test_sides_take_turns() -> None:
    """A B A B: whatever else the machine does meets both sides."""
    order: list[str] = []

    async def side(name: str, rate: float) -> Turn:
        order.append(name)
        return Turn(rate=rate)

    ours, theirs = await in_turns(2, lambda: side("a", 10), lambda: side("b", 20))
    assert order == ["a", "b", "a", "b"]
    figure = compared("x", "", ours, unit="x/s", reference="y", theirs=theirs, about="")
    assert (figure.value, figure.reference_value, figure.ratio) == (10, 20, 0.5)


def test_a_figure_is_the_median_of_its_rounds() -> None:
    """One bad round changes the spread, not the figure."""
    rounds = [Turn(rate=rate) for rate in (100, 1, 120)]
    figure = compared(
        "x", "", rounds, unit="x/s", reference="y", theirs=[Turn(rate=50)] * 3, about=""
    )
    assert (figure.value, figure.ratio) == (100, 2)
    assert figure.spread["value"] == (1, 120)


def test_percentiles_are_milliseconds() -> None:
    """What callers waited, in the unit in which it is read."""
    assert percentiles([number / 1000 for number in range(1000)]) == {"p50": 500, "p99": 990}


def _bench(
    *arguments: str, log_server: PostgresServer, vault_server: PostgresServer
) -> subprocess.CompletedProcess[str]:
    """`samordna bench` on given servers, as somebody at a terminal runs it."""
    given = ("--database", log_server.url(), "--vault", vault_server.url())
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", "from api.cli import main; main()", "bench", *arguments, *given],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def _schemas_and_roles(server: PostgresServer) -> set[str]:
    with psycopg.connect(server.url()) as owner:
        found = owner.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'"
            " UNION ALL SELECT rolname FROM pg_roles"
        )
        return {name for (name,) in found}
