"""A town for a story: real databases, real HTTP, real tokens, and people with positions."""

import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4  # noqa: TID251 - a schema of its own

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from api.app import build_app
from api.commands.founding import found
from api.runtime.clock import SystemClock
from api.runtime.postgres.postgres_server import PostgresServer
from api.runtime.postgres.servers import Addresses, create_databases
from api.runtime.serving.protocol import Runner
from api.runtime.settings import Settings
from api.runtime.wiring import local_issuer, open_house
from tests.acceptance.empty_machine import EmptyMachine
from tests.acceptance.settled import Settled, settle
from tests.acceptance.town import BASE, Town
from tests.told import LINES


class Server(TestServer):
    """Serves as the house is served."""

    async def _make_runner(self, **how: Any) -> Runner:
        return Runner(self.app, **how)


@pytest.fixture
async def town(
    log_server: PostgresServer, vault_server: PostgresServer, tmp_path: Path
) -> AsyncIterator[Town]:
    """A founded municipality with its units staffed."""
    async with founded_town(log_server, vault_server, tmp_path) as town:
        yield town


@contextmanager
def a_folder() -> Iterator[Path]:
    """A data folder that PostgreSQL's own user can reach, too."""
    place = Path(tempfile.mkdtemp(prefix="samordna-cli-"))
    place.chmod(0o755)
    yield place / "data"
    shutil.rmtree(place)


@pytest.fixture
def data() -> Iterator[Path]:
    with a_folder() as data:
        yield data


@pytest.fixture(scope="module")
async def settled(
    log_server: PostgresServer,
    vault_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Settled]:
    """A town where something has happened everywhere, for a whole file of tests."""
    folder = tmp_path_factory.mktemp("settled")
    async with founded_town(log_server, vault_server, folder) as town:
        settled = await settle(town)
        yield settled
        LINES.append(f"{request.node.name}: {_told(settled)}")


@pytest.fixture(scope="session")
def supervisor(tmp_path_factory: pytest.TempPathFactory) -> EmptyMachine:
    """Whom proofs are handed to."""
    return EmptyMachine(tmp_path_factory.mktemp("supervisor"))


def _told(settled: Settled) -> str:
    """How often the doors were tried, and what they answered."""
    tried: Counter[int | str] = Counter(settled.call.statuses)
    tried["by other programs"] = settled.call.elsewhere
    told = ", ".join(f"{status}: {count}" for status, count in tried.items() if count)
    return f"{tried.total():,} requests ({told})"


@asynccontextmanager
async def founded_town(
    log_server: PostgresServer, vault_server: PostgresServer, folder: Path
) -> AsyncIterator[Town]:
    settings = Settings(
        data=folder,
        municipality=f"story_{uuid4().hex[:12]}",
        local_issuer=True,
        rate_per_client=0,
        rate_per_login=0,
    )
    addresses = Addresses(log=log_server.url(), vault=vault_server.url())
    create_databases(settings, addresses)
    async with (
        open_house(settings, addresses) as rooms,
        Server(build_app(rooms.house)) as server,
        aiohttp.ClientSession() as session,
    ):
        town = Town(
            rooms,
            settings,
            addresses,
            local_issuer(settings, SystemClock()),
            session,
            str(server.make_url(BASE)),
        )
        await _staff(town)
        yield town


async def _staff(town: Town) -> None:
    founder = await found(town.rooms.house.desk, name="Founding Administrator")
    town.people["administrator"] = town.person(founder)
    await town.level()
    worker, manager = {"role": "case-worker"}, {"role": "unit-manager"}
    outreach, sender = {"role": "outreach-worker"}, {"role": "external-sender", "side": None}
    qualified = {"qualifiedForChildren": True}
    intake, nexus = {"unit": "childrens-intake"}, {"unit": "nexus"}
    await town.employ("youth outreach", unit="youth-outreach", **outreach)
    await town.employ("homeless outreach", unit="homeless-outreach", **outreach)
    await town.employ("intake manager", **intake, **manager, **qualified)
    await town.employ("intake worker", **intake, **worker, **qualified)
    await town.employ("intake novice", **intake, **worker)
    await town.employ("nexus manager", **nexus, **manager, **qualified)
    await town.employ("nexus worker", **nexus, **worker, **qualified)
    await town.employ("nexus colleague", **nexus, **worker, **qualified)
    await town.employ("line manager", unit="support-line-two", **manager, side="b")
    await town.employ("police officer", unit="police", **sender)
    await town.employ("auditor", unit="administration", role="auditor", side=None)
    await town.level()
