"""Passwords, keys and tokens stand in their files and in requests, and nowhere else: not in the
lists of processes, not in a log line, not in an error."""

import re
import signal
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psycopg
import pytest

from api.runtime.postgres.servers import servers
from api.runtime.settings import Settings
from tests.acceptance.command_line import get, running, samordna

_SECRET: Final = re.compile(r"[A-Za-z0-9+/_-]{32,}=*")


def secrets_in(data: Path) -> set[str]:
    """Whatever is long and random in the files that only their owner reads."""
    issuer = data / "issuer"
    files = [*(data / "secrets").iterdir(), *data.glob("*/pgpass"), issuer / "signing-key.json"]
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    public = set(_SECRET.findall((issuer / "jwks.json").read_text()))
    return {text for file in files for text in _SECRET.findall(file.read_text())} - public


class Listed:
    """What the lists of processes show while somebody looks: command lines and environments of
    every process of the machine that we may look at, again and again."""

    def __init__(self) -> None:
        self.shown: set[str] = set()
        self._enough = threading.Event()

    def look(self) -> None:
        for process in Path("/proc").iterdir():
            for name in ("cmdline", "environ"):
                with suppress(OSError):  # ended meanwhile, or another's
                    if process.name.isdecimal():
                        self.shown.add((process / name).read_bytes().decode(errors="replace"))

    def go_on_looking(self) -> None:
        while not self._enough.wait(0.1):
            self.look()

    @contextmanager
    def looking(self) -> Iterator[None]:
        looks = threading.Thread(target=self.go_on_looking)
        looks.start()
        try:
            yield
        finally:
            self._enough.set()
            looks.join()


def refused(address: str, token: str, **headers: str) -> str:
    """The error that a door answers, with its headers."""
    asked = {"Authorization": f"Bearer {token}", **headers}
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(urllib.request.Request(address, headers=asked), timeout=30)  # noqa: S310 - http
    return f"{told.value.headers}{told.value.read().decode()}"


@pytest.fixture
def listed() -> Iterator[Listed]:
    listed = Listed()
    with listed.looking():
        yield listed


def test_a_served_house_tells_no_secret(data: Path, listed: Listed) -> None:
    """Served by two workers and worked at by commands, with bad tokens, and with a role that cannot
    log in any more: no password, key or token is shown by a process, a log, an error or a query."""
    administrator = samordna("db", "create", "--administrator", "Ada Adm", data=data).strip()
    token = samordna("token", administrator, data=data).strip()
    serve = ("serve", "--port", "0", "--workers", "2", "--local-issuer")
    address = r"http://127\.0\.0\.1:\d+/samordna/v1"
    with running(*serve, data=data, said=address) as (said, process):
        base = re.findall(address, said)[-1]
        assert get(f"{base}/me", token)["role"] == "administrator"
        forged = [f"{token[:-9]}AAAAAAAAA", f"{token} {token}", f"{token}.{token}"]
        told = [refused(f"{base}/me", wrong) for wrong in forged]
        told += [
            refused(f"{base}/staff-members?token={token}", token),
            refused(f"{base}/staff-members/{token}", token),
            refused(f"{base}/cases", token, Prefer=token, traceparent=token),
            samordna("keys", "rotate", data=data),
        ]
        with servers(Settings(data=data)) as at, psycopg.connect(at.log, autocommit=True) as owner:
            queries = owner.execute("SELECT query FROM pg_stat_activity").fetchall()
            owner.execute("ALTER ROLE uppsala_reader PASSWORD 'another'")
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = 'uppsala_reader'"
            )
        told += [
            refused(f"{base}/staff-members", token),
            samordna("doctor", data=data, expect=1),
        ]
        process.send_signal(signal.SIGINT)
        told += [said, process.communicate(timeout=30)[0], str(queries)]
    told += [file.read_text() for file in data.glob("*/server.log")]
    shown, said = "".join(listed.shown), "".join(told)
    for seen in ("uppsala_server", "uppsala_reader", "uppsala_vault", "rotate\0", "--workers\0"):
        assert seen in shown
    secrets = secrets_in(data) | set(token.split("."))
    assert len(secrets) == 5 + 2 + 1 + 1 + 2 + 3  # roles, key versions ... the parts of a token
    assert [secret for secret in secrets if secret in shown or secret in said] == []
    assert "uppsala_reader" in said


@pytest.mark.parametrize(
    ("words", "address"),
    [
        (("serve",), "postgresql://owner:{}@127.0.0.1:1/none"),
        (("doctor",), "postgresql://owner:{}@[127.0.0.1/none"),
        (("db", "status"), "host=127.0.0.1 port=1 password='{}"),
    ],
)
def test_an_address_that_leads_nowhere_is_not_repeated(
    words: tuple[str, ...], address: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody there, or no address at all: the password in it is not told."""
    password = "Kringelkrok1871"  # noqa: S105 - nobody's
    monkeypatch.setenv("SAMORDNA_DATABASE", address.format(password))
    monkeypatch.setenv("SAMORDNA_VAULT", address.format(password))
    told = samordna(*words, data=data, expect=1)
    assert "samordna: " in told
    assert password not in told
