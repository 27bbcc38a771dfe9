"""The command line as people run it: processes of its own on a data folder."""

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
