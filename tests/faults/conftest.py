"""Places to do harm in: durable servers, and the house run by its command line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4  # noqa: TID251 - a schema of its own

import pytest

from api.runtime.postgres.postgres_server import PostgresServer, start_postgres
from api.runtime.postgres.servers import servers
from api.runtime.settings import Settings
from tests.faults.premises import Premises, found, new_folder
from tests.told import LINES

Note = Callable[[str, object], None]


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """For what was measured: it stands in the summary of the run."""

    def noted(what: str, found: object) -> None:
        LINES.append(f"{request.node.name}: {what}: {found}")

    return noted


@pytest.fixture
def embedded() -> Iterator[Premises]:
    """A municipality on the program's own servers, as `samordna serve` starts and adopts them."""
    with new_folder() as place:
        settings = Settings(data=place / "data", local_issuer=True)
        try:
            yield found(settings)
        finally:
            with servers(settings):  # adopt what a killed process has left, and stop it
                pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Two servers of an operator: ours to stop and to start, the program's to live with."""

    log: PostgresServer
    vault: PostgresServer
    place: Path

    def municipality(self) -> Premises:
        name = f"faults_{uuid4().hex[:12]}"
        data = self.place / name
        log, vault = self.log.url(), self.vault.url()
        settings = Settings(
            data=data, municipality=name, database=log, vault=vault, local_issuer=True
        )
        return found(settings, "--database", log, "--vault", vault)


@pytest.fixture(scope="session")
def given() -> Iterator[Given]:
    """They flush to disk: what they have acknowledged outlives them."""
    with (
        new_folder() as place,
        start_postgres(place / "log", name="faults-log") as log,
        start_postgres(place / "vault", name="faults-vault") as vault,
    ):
        yield Given(log=log, vault=vault, place=place)


@pytest.fixture
def premises(given: Given) -> Premises:
    """A municipality of its own on the given servers."""
    return given.municipality()
