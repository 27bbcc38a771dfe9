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
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.runtime.servers import servers
from api.runtime.settings import Settings
from api.tree.notes import Signer

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
        ready = get(f"{address.removesuffix('/samordna/v1')}/health/ready", token)
        assert ready["erasureCanBeCertified"] is True
        told = samordna("doctor", "--local-issuer", data=data, expect=1)
        assert re.search(r"ok .*log and vault .*apart", told)
        assert re.search(r"!! .*token issuer", told)
    assert not (data / "log" / "data" / "postmaster.pid").exists()
    assert not (data / "vault" / "data" / "postmaster.pid").exists()


def test_the_demo_is_made_once_and_continues(data: Path) -> None:
    """The second run serves the same year; a rebuilt view has the same digest as the followed."""
    with serving("demo", "--port", "0", "--scale", "0.05", data=data) as address:
        token = samordna("token", "nexus-manager", data=data).strip()
        first = get(f"{address}/cases?limit=100", token)
        rebuilt = samordna("rebuild", "caseload", data=data)
        assert "the same" in rebuilt
        views = stands(data)
        assert {view["state"] for view in views.values()} == {"level"}
        assert len({view["process"] for view in views.values()}) == 1
        assert views["caseload"]["kept_position"] is not None
    assert {view["process"] for view in stands(data).values()} == {None}
    with serving("demo", "--port", "0", "--scale", "0.05", data=data) as address:
        again = get(f"{address}/cases?limit=100", token)
        assert again["items"] == first["items"]
        assert get(f"{address}/teams", token)["items"]
    everything = samordna("rebuild", "all", "--workers", "2", data=data)
    assert "DIFFERS" not in everything


def test_a_view_is_rebuilt_tried_and_put_back(data: Path) -> None:
    """A dry run swaps nothing; what was replaced is put back; what is not there is told."""
    with running("demo", "--port", "0", "--scale", "0.02", data=data, said="http://"):
        pass
    refused = samordna("rebuild", "inbox", "--roll-back", data=data, expect=1)
    assert "No tables of this view are kept" in refused
    tried = samordna("rebuild", "inbox", "--dry-run", "--workers", "2", data=data)
    assert "DIFFERS" not in tried
    assert "Nothing was swapped" in tried
    assert stands(data)["inbox"]["kept_position"] is None
    assert "DIFFERS" not in samordna("rebuild", "inbox", data=data)
    assert "inbox: the tables before are back" in samordna(
        "rebuild", "inbox", "--roll-back", data=data
    )
    assert "Traceback" not in samordna(
        "rebuild", "inbox", "--roll-back", "--dry-run", data=data, expect=2
    )


def test_a_year_that_is_there_is_not_made_anew(data: Path) -> None:
    """What was asked for another year is told to be of no use, and the old one is served."""
    year = ("demo", "--port", "0", "--scale", "0.02", "--seed", "3")
    with running(*year, data=data, said="continues with the same data") as (said, _):
        assert "already" not in said
    with running(*year, data=data, said="continues with the same data") as (said, _):
        assert "The year is there already: --from, --seed, --scale" in said


def test_followed_apart(data: Path) -> None:
    """A server that only stands by shows what `follow` follows, two of them on the servers of one
    folder; and when the one leaves that has started them, the other goes on."""
    administrator = samordna("db", "create", "--administrator", "Ada Adminsson", data=data).strip()
    token = samordna("token", administrator, data=data).strip()
    serve = ("serve", "--no-follow", "--port", "0", "--local-issuer")
    following = partial(running, "follow", data=data, said="Following access")
    with following() as (_, first), serving(*serve, data=data) as address:
        assert get(f"{address}/me", token)["role"] == "administrator"
        assert {view["process"] for view in stands(data).values()} == {first.pid}
        first.send_signal(signal.SIGINT)
        assert first.wait(30) == 0
        assert {view["process"] for view in stands(data).values()} == {None}
        with following() as (_, second):
            assert get(f"{address}/me", token)["role"] == "administrator"
            assert {view["process"] for view in stands(data).values()} == {second.pid}
    assert not (data / "log" / "data" / "postmaster.pid").exists()


def test_what_stands_still_ends_with_an_error(data: Path) -> None:
    """A view that lags behind the log, and that nobody moves, is told by the command's status."""
    samordna("db", "create", "--administrator", "Ada Adminsson", data=data)
    told = samordna("projections", data=data, expect=1)
    assert "standing still" in told
    with running("follow", data=data, said="Following access"):
        assert {view["state"] for view in stands(data).values()} == {"level"}
    assert "standing still" not in samordna("projections", data=data)


def test_what_is_parked_is_told_and_released(data: Path) -> None:
    """What a view could not fold is an error until it is released; then the view is what the whole
    log gives."""
    administrator = samordna("db", "create", "--administrator", "Ada Adminsson", data=data).strip()
    samordna("projections", data=data, expect=1)  # makes the views, which nobody follows
    with servers(Settings(data=data)) as at, psycopg.connect(at.log, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO uppsala.projection_parked"
            " VALUES ('staff', %s, 1, 1, 0, 'KeyError', clock_timestamp())",
            [administrator],
        )
    with running("follow", data=data, said="Following access"):
        told = samordna("projections", data=data, expect=1)
        assert f"staff: {administrator} is parked" in told
        assert "1 keys released" in samordna("projections", "release", "staff", data=data)
        assert stands(data)["staff"]["parked"] == []
    assert "the same" in samordna("rebuild", "staff", "--dry-run", data=data)


def test_audit_logs_are_verified(data: Path) -> None:
    """An auditor verifies the logs as they are served, with the keys alone, and as they are in the
    database when all is still; what somebody changed there is named, and other keys are not
    believed."""
    with running("demo", "--port", "0", "--scale", "0.02", data=data, said="http://") as (said, _):
        keys = samordna("audit-keys", data=data).split()
        served = re.search(r"http://[^/]+", said)
        assert served is not None
        url = f"{served[0]}/audit-logs"
        told = samordna("verify", "--url", url, "--key", keys[0], "--key", keys[1], data=data)
        assert told.count("holds") == 2
        with urllib.request.urlopen(f"{url}/events/checkpoint", timeout=10) as answer:  # noqa: S310 - http
            kept = data / "kept"
            kept.write_bytes(answer.read())
        for wrong in (
            "tile/0/999",
            "tile/entries/999",
            "tile/0/1",
            "tile/64/000",
            "tile/0/000.p/0",
        ):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"{url}/events/{wrong}", timeout=10)  # noqa: S310 - http
    assert samordna("verify", "--stopped", "--kept", str(kept), data=data).count("holds") == 2
    samordna("audit-keys", "--renew", data=data)
    assert samordna("audit-keys", data=data).split()[0] == keys[0]
    with servers(Settings(data=data)) as at, psycopg.connect(at.log, autocommit=True) as owner:
        owner.execute("ALTER TABLE uppsala.events DISABLE TRIGGER ALL")
        owner.execute("UPDATE uppsala.events SET unit = 'nowhere' WHERE position = 17")
    told = samordna("verify", data=data, expect=1)
    assert "events: position 17: the row is not the one that was sealed" in told
    forger = Signer("samordna.invalid/uppsala/events", bytes(32)).verifier.vkey
    assert "does not bear the signature" in samordna("verify", "--key", forger, data=data, expect=1)
    assert "not a key" in samordna("verify", "--key", "key", data=data, expect=1)
    assert "no http" in samordna("verify", "--url", "file:///etc", data=data, expect=1)
    assert "does not answer" in samordna("verify", "--url", url, data=data, expect=1)


def test_mistakes_are_one_message(data: Path) -> None:
    """Wrong settings, unknown views and roles: what is wrong and what to do, never a traceback."""
    for arguments, told in (
        (("serve",), "jwks"),
        (("serve", "--database", "postgresql://x"), "vault"),
        (("db", "status", "--database", "postgresql://o:hemligt@h/d"), "PGPASSFILE"),
        (("keys", "show", "--kms", "false"), "samordna db create"),
        (("rebuild", "caselod"), "caseload"),
        (("token", "nobody"), "staff id"),
        (("demo", "--from", "yesterday"), "YYYY-MM-DD"),
        (("demo", "--from", "2999-01-01"), "a year ago"),
        (("demo", "--scale", "0"), "0.02 to 1000"),
        (("demo", "--scale", "nan"), "0.02 to 1000"),
        (("follow", "caselod"), "caseload"),
        (("serve", "--local-issuer", "--workers", "0"), "workers: 1 to"),
        (("demo", "--municipality-x"), "No such option"),
    ):
        code = 2 if arguments[0] in {"rebuild", "token", "demo", "follow"} else 1
        said = samordna(*arguments, data=data, expect=code)
        assert told in said
        assert "Traceback" not in said
        assert "hemligt" not in said


def test_an_unreadable_folder_is_told(data: Path) -> None:
    """A data folder that cannot be used is told with what to do."""
    data.write_text("a file, not a folder", encoding="utf-8")
    said = samordna("db", "status", data=data, expect=1)
    assert "samordna:" in said
    assert "Traceback" not in said
