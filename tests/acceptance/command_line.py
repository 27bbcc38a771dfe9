"""The command line as people run it: processes of its own on a data folder."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.acceptance.town import Person, Town

TRUST_NOBODY = {"proof", "verify", "audit-keys"}
"""What anybody may have needs no token."""
SAMORDNA = str(Path(sys.executable).with_name("samordna"))


def samordna(*arguments: str, data: Path, expect: int = 0) -> str:
    environment = {**os.environ, "SAMORDNA_DATA": str(data), "COLUMNS": "200"}
    done = subprocess.run(  # noqa: S603 - our own program
        [SAMORDNA, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr if expect else done.stdout


async def said_to(town: Town, who: Person, *words: str, told: str = "", ends: int = 0) -> str:
    """What a command says to somebody of a town, who tells it this on standard input; what it
    complains of, where it ends so."""
    process = await started(town, who, *words)
    said, complained = await process.communicate(told.encode())
    assert process.returncode == ends, complained.decode()
    return (complained if ends else said).decode()


async def started(town: Town, who: Person, *words: str) -> asyncio.subprocess.Process:
    """A command on a town's servers, with somebody's token."""
    where = ["--database", town.addresses.log, "--vault", town.addresses.vault]
    where += ["--data", str(town.settings.data), "--municipality", town.settings.municipality]
    trusts = [] if words[-1] == "execute" or words[0] in TRUST_NOBODY else ["--local-issuer"]
    return await asyncio.create_subprocess_exec(
        *(SAMORDNA, *words, *where, *trusts),
        env={**os.environ, "SAMORDNA_TOKEN": who.token},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@contextmanager
def running(*arguments: str, data: Path, said: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A process of its own, as soon as it has said something of this form: all that it has said,
    and the process."""
    environment = {**os.environ, "SAMORDNA_DATA": str(data), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(  # noqa: S603 - our own program
        [SAMORDNA, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            lines: list[str] = []
            while not re.search(said, "".join(lines)):
                lines.append(next(process.stdout))
            yield "".join(lines), process
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0


@contextmanager
def serving(*arguments: str, data: Path) -> Iterator[str]:
    """The server as its own process; the address it serves."""
    address = r"http://127\.0\.0\.1:\d+/samordna/v1"
    with running(*arguments, data=data, said=address) as (said, _):
        yield re.findall(address, said)[-1]


def stands(data: Path) -> dict[str, dict[str, Any]]:
    """How the views stand, by name."""
    told = samordna("projections", "--json", data=data)
    return {view["view"]: view for view in map(json.loads, told.splitlines())}


def get(address: str, token: str) -> Any:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - http
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
        return json.load(answer)
