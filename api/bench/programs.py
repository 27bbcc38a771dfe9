"""The tools that others made, each in a process of its own: pgbench, wrk, the stock library."""

import asyncio
import json
import math
import os
import re
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from api.bench.figures import Turn
from api.bench.ground import Ground

_PATIENCE: Final = 60.0  # seconds, beyond what was asked for
_STOCK_PATIENCE: Final = 600.0

_SLOWEST: Final = 10  # seconds that an answer may take

_TPS: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


class ToolFailed(Exception):
    """A tool of the bench failed, or was not answered as it should be. Nothing it said counts."""


class ToolIsMissing(Exception):
    """A tool of the bench is not on this machine, and could not be installed."""


# --- pgbench ---------------------------------------------------------------------------------


async def pgbench(
    ground: Ground,
    *scripts: str,
    clients: int,
    seconds: float,
    variables: Mapping[str, str] | None = None,
    options: str = "",
) -> Turn:
    """Transactions a second of some scripts, at random, each prepared once per client; `options`
    are those of its sessions."""
    written = [ground.settings.data / f"pgbench-{number}.sql" for number in range(len(scripts))]
    for file, script in zip(written, scripts, strict=True):
        file.write_text(script, encoding="utf-8")
    given = [f"--define={name}={value}" for name, value in (variables or {}).items()]
    said = await _run(
        str(ground.programs / "pgbench"),
        "--no-vacuum",
        "--protocol=prepared",
        f"--client={clients}",
        f"--jobs={min(clients, os.cpu_count() or 1)}",
        f"--time={math.ceil(seconds)}",
        *(f"--file={file}" for file in written),
        *given,
        seconds=seconds,
        environment={**ground.environment, "PGOPTIONS": options},
    )
    found = _TPS.search(said)
    if found is None or float(found[1]) == 0:
        raise ToolFailed(f"pgbench: {said}")
    return Turn(rate=float(found[1]))


# --- wrk -------------------------------------------------------------------------------------

Request = tuple[str, str, str, str]  # method, path, token, body


async def wrk(
    ground: Ground,
    address: str,
    requests: Sequence[Request],
    *,
    connections: int,
    seconds: float,
    run: UUID,
) -> Turn:
    """Answers a second to these requests, round and round. Any answer but 2xx spoils it all."""
    targets = ground.settings.data / "requests.tsv"
    targets.write_text("".join("\t".join(r) + "\n" for r in requests), encoding="utf-8")
    said = await _run(
        wrk_program(),
        "--threads=1",
        f"--connections={connections}",
        f"--duration={math.ceil(seconds)}s",
        f"--timeout={_SLOWEST}s",
        f"--script={files('api.bench').joinpath('load.lua')}",
        address,
        seconds=seconds,
        environment={**os.environ, "BENCH_REQUESTS": str(targets), "BENCH_RUN": str(run)},
    )
    told = json.loads(said.splitlines()[-1])
    if told["refused"] or told["broken"] or not told["requests"]:
        raise ToolFailed(
            f"of {told['requests']} answers {told['refused']} were not 2xx;"
            f" {told['broken']} requests had no answer within {_SLOWEST} s"
        )
    return Turn(rate=told["requests"] / told["seconds"], milliseconds={"p50": told["p50"]})


def wrk_program() -> str:
    """Raises ToolIsMissing."""
    found = shutil.which("wrk")
    if found is None:
        raise ToolIsMissing("wrk, the load tool, is not installed: apt-get install wrk")
    return found


async def install_wrk() -> None:
    """From Debian, when we may. Raises ToolIsMissing."""
    if shutil.which("wrk") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            await _run(
                *("apt-get", "install", "-y", "-qq", "--no-install-recommends", "wrk"),
                seconds=120,
                environment=quietly,
            )
        except ToolFailed as failed:
            raise ToolIsMissing(f"wrk, the load tool, could not be installed: {failed}") from None
    wrk_program()


# --- our own programs ------------------------------------------------------------------------


async def stock(ground: Ground, task: str, **told: Any) -> Turn:
    """A task of `stock.py`, in a process that knows the stock library and not much else."""
    said = await _run(
        *(sys.executable, "-m", "api.bench.stock", task),
        told=json.dumps(told),
        seconds=_STOCK_PATIENCE,
        environment=ground.environment,
    )
    done = json.loads(said.splitlines()[-1])
    return Turn(rate=done["count"] / done["seconds"])


async def arriving(
    address: str,
    requests: Sequence[Request],
    *,
    rate: float,
    seconds: float,
    run: UUID,
    then: str | None = None,
) -> Turn:
    """What answers take when requests come so many a second, however long the others wait: an open
    loop. Any answer but 2xx spoils it all. `then` is asked after each command until it shows it;
    how long that takes stands beside, as `seen p50` and `seen p99`."""
    load = {"address": address, "requests": requests, "rate": rate, "seconds": seconds}
    said = await _run(
        *(sys.executable, "-m", "api.bench.open_loop"),
        told=json.dumps({**load, "run": str(run), "then": then}),
        seconds=seconds,
        environment=dict(os.environ),
    )
    told = json.loads(said)
    if told["refused"] or told["broken"]:
        raise ToolFailed(
            f"of {told['requests']} answers {told['refused']} were not 2xx;"
            f" {told['broken']} requests had no answer"
        )
    seen = {f"seen {name}": took for name, took in told["until_seen"].items()}
    return Turn(rate=told["requests"] / told["seconds"], milliseconds=told["milliseconds"] | seen)


@asynccontextmanager
async def serving(ground: Ground, town: str) -> AsyncIterator[str]:
    """`samordna serve` in a process of its own; its address."""
    program = ("-c", "from api.cli import main; main()", "serve")
    async with _started(*program, environment=_served(ground, town)) as address:
        yield address


@asynccontextmanager
async def serving_without_receipts(ground: Ground, town: str) -> AsyncIterator[str]:
    """The same house beside it, but for its receipts; its address."""
    environment = _served(ground, town) | {"SAMORDNA_FOLLOW": "no"}
    async with _started("-m", "api.bench.unreceipted", environment=environment) as address:
        yield address


def _served(ground: Ground, town: str) -> dict[str, str]:
    return {
        **os.environ,
        "SAMORDNA_DATA": str(ground.settings.data),
        "SAMORDNA_DATABASE": ground.addresses.log,
        "SAMORDNA_VAULT": ground.addresses.vault,
        "SAMORDNA_MUNICIPALITY": town,
        "SAMORDNA_LOCAL_ISSUER": "yes",
        "SAMORDNA_PORT": "0",
        "SAMORDNA_RATE_PER_CLIENT": "0",
        "SAMORDNA_RATE_PER_LOGIN": "0",
    }


@asynccontextmanager
async def answering_nothing() -> AsyncIterator[str]:
    """aiohttp with an empty JSON answer, in a process of its own; its address."""
    async with _started("-m", "api.bench.empty", environment=dict(os.environ)) as address:
        yield address


@asynccontextmanager
async def _started(*arguments: str, environment: Mapping[str, str]) -> AsyncIterator[str]:
    """A server of ours, which says its address when it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=PIPE, env=environment
    )
    try:
        yield await asyncio.wait_for(_address(process), _PATIENCE)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _address(process: Process) -> str:
    if process.stdout is None:
        raise TypeError("the server's output is a pipe")
    while line := await process.stdout.readline():
        if found := re.search(rb"http://[0-9.]+:[0-9]+", line):
            return found[0].decode()
    raise ToolFailed("the server did not start")


async def _run(
    program: str,
    *arguments: str,
    seconds: float,
    environment: Mapping[str, str],
    told: str = "",
) -> str:
    """What a program says to what it is told. Raises ToolFailed."""
    process = await asyncio.create_subprocess_exec(
        program, *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment
    )
    try:
        said, complained = await asyncio.wait_for(
            process.communicate(told.encode()), seconds + _PATIENCE
        )
    except TimeoutError:
        raise ToolFailed(f"{Path(program).name} does not end") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise ToolFailed(f"{Path(program).name}: {complained.decode(errors='replace').strip()}")
    return said.decode()
