"""The demo, a process of its own: made once, then served, rebuilt and verified."""

import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest

from api.runtime.postgres.servers import servers
from api.runtime.settings import Settings
from api.tree.notes import Signer
from tests.acceptance.command_line import get, running, samordna, serving, stands
from tests.acceptance.conftest import a_folder

DEMO: Final = ("demo", "--port", "0", "--scale", "0.02", "--seed", "3")


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A folder with a year that was made and is served no more."""
    with a_folder() as made:
        with running(*DEMO, data=made, said="continues with the same data") as (said, _):
            assert "already" not in said
            while {view["state"] for view in stands(made).values()} != {"level"}:
                continue  # the views of what was read are not waited for
        yield made


@pytest.fixture
def data(data: Path, made: Path) -> Path:
    """A copy of it."""
    subprocess.run(["cp", "-a", str(made), str(data)], check=True)  # noqa: S603, S607 - owners are kept
    return data


def test_the_demo_is_made_once_and_continues(data: Path) -> None:
    """The second run serves the same year; a rebuilt view has the same digest as the followed."""
    with serving(*DEMO, data=data) as address:
        token = samordna("token", "nexus-manager", data=data).strip()
        first = get(f"{address}/cases?limit=100", token)
        rebuilt = samordna("rebuild", "caseload", data=data)
        assert "the same" in rebuilt
        views = stands(data)
        assert {view["state"] for view in views.values()} == {"level"}
        assert len({view["process"] for view in views.values()}) == 1
        assert views["caseload"]["kept_position"] is not None
    assert {view["process"] for view in stands(data).values()} == {None}
    with serving(*DEMO, data=data) as address:
        again = get(f"{address}/cases?limit=100", token)
        assert again["items"] == first["items"]
        assert get(f"{address}/teams", token)["items"]
    everything = samordna("rebuild", "all", data=data)
    assert "DIFFERS" not in everything


def test_a_view_is_rebuilt_tried_and_put_back(data: Path) -> None:
    """A dry run swaps nothing; what was replaced is put back; what is not there is told."""
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
    with running(*DEMO, data=data, said="continues with the same data") as (said, _):
        assert "The year is there already: --from, --seed, --scale" in said


def test_audit_logs_are_verified(data: Path) -> None:
    """An auditor verifies the logs as they are served, with the keys alone, and as they are in the
    database when all is still; what somebody changed there is named, and other keys are not
    believed, nor that all holds where nothing is served."""
    with running(*DEMO, data=data, said="http://") as (said, _):
        keys = samordna("audit-keys", data=data).split()
        served = re.search(r"http://[^/]+", said)
        assert served is not None
        url = f"{served[0]}/audit-logs"
        told = samordna("verify", "--url", url, "--key", keys[0], "--key", keys[1], data=data)
        assert told.count("holds") == 2
        below = f"{served[0]}/samordna/v1/audit-logs"
        told = samordna("verify", "--url", below, data=data, expect=1)
        assert "no checkpoint is served there" in " ".join(told.split())
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
