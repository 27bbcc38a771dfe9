"""A start that cannot be right is refused before anything is disturbed."""

import socket
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from api.commands.founding import found
from api.runtime.postgres.postgres_server import PostgresServer
from api.runtime.postgres.servers import Addresses, create_databases
from api.runtime.serving.serve import AddressCannotBeUsed, listen
from api.runtime.settings import Settings
from api.runtime.wiring import VaultDoesNotFit, open_house


async def test_another_vault_is_not_taken(
    log_server: PostgresServer, vault_server: PostgresServer, tmp_path: Path
) -> None:
    """With an empty vault everybody would look erased: the house does not open."""
    settings = Settings(data=tmp_path, municipality="wrong_vault", local_issuer=True)
    addresses = Addresses(log=log_server.url(), vault=vault_server.url())
    create_databases(settings, addresses)
    async with open_house(settings, addresses, follow=False) as rooms:
        await found(rooms.house.desk, name="Ada Adminsson")
    async with open_house(settings, addresses, follow=False):
        pass  # its own vault fits
    with psycopg.connect(vault_server.url(), autocommit=True) as owner:
        owner.execute("CREATE DATABASE empty_vault")
    empty = replace(addresses, vault=vault_server.url("empty_vault"))
    create_databases(settings, empty)
    with pytest.raises(VaultDoesNotFit):
        async with open_house(settings, empty, follow=False):
            pass


def test_a_taken_port_is_told() -> None:
    """A port that somebody uses is refused in words, before any server is started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressCannotBeUsed, match=str(port)):
            listen("127.0.0.1", port)
    with pytest.raises(AddressCannotBeUsed, match="--host"):
        listen("no-such-host.invalid", 0)
