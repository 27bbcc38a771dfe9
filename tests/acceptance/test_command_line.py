"""An operator's and an analyst's day on the command line, with servers of its own."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SAMORDNA = str(Path(sys.executable).with_name("samordna"))


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder that PostgreSQL's own user can reach, too."""
    place = Path(tempfile.mkdtemp(prefix="samordna-cli-"))
    place.chmod(0o755)
    yield place / "data"
    shutil.rmtree(place)


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
def serving(*arguments: str, data: Path) -> Iterator[str]:
    """The server as its own process; the address it serves."""
    environment = {**os.environ, "SAMORDNA_DATA": str(data), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(  # noqa: S603 - our own program
        [SAMORDNA, *arguments], env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            address = next(
                found[0]
                for line in server.stdout
                if (found := re.search(r"http://127\.0\.0\.1:\d+/samordna/v1", line))
            )
            yield address
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(30) == 0


def get(address: str, token: str) -> Any:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - http
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
        return json.load(answer)


def test_a_municipality_is_founded_and_served(data: Path) -> None:
    """Created, founded once, served, asked, stopped by Ctrl-C; nothing runs afterwards."""
    created = samordna("db", "create", "--administrator", "Ada Adminsson", data=data)
    administrator = created.strip()
    assert re.fullmatch(r"[0-9a-f-]{36}", administrator)
    assert "0001-events" in samordna("db", "status", data=data)
    samordna("db", "migrate", data=data)
    refused = samordna("db", "create", "--administrator", "Ada Adminsson", data=data, expect=1)
    assert "samordna:" in refused
    assert "Traceback" not in refused
    token = samordna("token", administrator, data=data).strip()
    with serving("serve", "--port", "0", "--local-issuer", data=data) as address:
        me = get(f"{address}/me", token)
        assert me["role"] == "administrator"
    assert not (data / "log" / "data" / "postmaster.pid").exists()
    assert not (data / "vault" / "data" / "postmaster.pid").exists()


def test_the_demo_is_made_once_and_continues(data: Path) -> None:
    """The second run serves the same year; a rebuilt view has the same digest as the followed."""
    with serving("demo", "--port", "0", "--scale", "0.05", data=data) as address:
        token = samordna("token", "nexus-manager", data=data).strip()
        first = get(f"{address}/cases?limit=100", token)
        rebuilt = samordna("rebuild", "caseload", data=data)
        assert "the same" in rebuilt
    with serving("demo", "--port", "0", "--scale", "0.05", data=data) as address:
        again = get(f"{address}/cases?limit=100", token)
        assert again["items"] == first["items"]
        assert get(f"{address}/teams", token)["items"]
    everything = samordna("rebuild", "all", data=data)
    assert "DIFFERS" not in everything


def test_mistakes_are_one_message(data: Path) -> None:
    """Wrong settings, unknown views and roles: what is wrong and what to do, never a traceback."""
    for arguments, told in (
        (("serve",), "jwks"),
        (("serve", "--database", "postgresql://x"), "vault"),
        (("rebuild", "caselod"), "caseload"),
        (("token", "nobody"), "staff id"),
        (("demo", "--from", "yesterday"), "YYYY-MM-DD"),
        (("demo", "--municipality-x"), "No such option"),
    ):
        code = 2 if arguments[0] in {"rebuild", "token", "demo"} else 1
        said = samordna(*arguments, data=data, expect=code)
        assert told in said
        assert "Traceback" not in said


def test_an_unreadable_folder_is_told(data: Path) -> None:
    """A data folder that cannot be used is told with what to do."""
    data.write_text("a file, not a folder", encoding="utf-8")
    said = samordna("db", "status", data=data, expect=1)
    assert "samordna:" in said
    assert "Traceback" not in said
