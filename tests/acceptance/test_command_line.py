"""An operator's and an analyst's day on the command line, with servers of its own."""

import re
import signal
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from api.runtime.postgres.servers import servers
from api.runtime.settings import Settings
from tests.acceptance.command_line import get, running, samordna, serving, stands
from tests.acceptance.conftest import a_folder


@pytest.fixture(scope="module")
def made() -> Iterator[tuple[Path, str]]:
    """A folder with a municipality that was founded, and what was said of it."""
    with a_folder() as made:
        yield made, samordna("db", "create", "--administrator", "Ada Adminsson", data=made)


@pytest.fixture
def administrator(data: Path, made: tuple[Path, str]) -> str:
    """Of a copy of it."""
    folder, said = made
    subprocess.run(["cp", "-a", str(folder), str(data)], check=True)  # noqa: S603, S607 - owners are kept
    return said.strip()


def test_a_municipality_is_founded_and_served(data: Path, administrator: str) -> None:
    """Created, founded once, served, asked, stopped by Ctrl-C; nothing runs afterwards."""
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


def test_followed_apart(data: Path, administrator: str) -> None:
    """A server that only stands by shows what `follow` follows, two of them on the servers of one
    folder; and when the one leaves that has started them, the other goes on."""
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


@pytest.mark.usefixtures("administrator")
def test_what_stands_still_ends_with_an_error(data: Path) -> None:
    """A view that lags behind the log, and that nobody moves, is told by the command's status."""
    told = samordna("projections", data=data, expect=1)
    assert "standing still" in told
    with running("follow", data=data, said="Following access"):
        assert {view["state"] for view in stands(data).values()} == {"level"}
    assert "standing still" not in samordna("projections", data=data)


def test_what_is_parked_is_told_and_released(data: Path, administrator: str) -> None:
    """What a view could not fold is an error until it is released; then the view is what the whole
    log gives."""
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
