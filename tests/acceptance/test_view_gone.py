"""A view whose table is gone: told by whoever looks after the house, and made anew."""

import asyncio
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from api.runtime.doctor import examine
from tests.acceptance.command_line import samordna
from tests.acceptance.town import BASE, Town


async def test_a_view_that_is_gone_is_told_and_made_anew(town: Town) -> None:
    """503 at its doors and in readiness, a finding of the doctor's, and a rebuild mends it."""
    schema, manager = town.settings.municipality, town["nexus manager"]
    await manager.get("/cases")
    with psycopg.connect(town.addresses.log, autocommit=True) as owner:
        owner.execute(SQL("DROP TABLE {}").format(Identifier(schema, "caseload")))
    await manager.get("/cases", expect=503)
    assert (await _ready(town))["toBeRebuilt"] == ["caseload"]
    found = {it.what: it for it in await examine(town.settings, town.addresses)}
    assert found["views"].advice == "Run `samordna rebuild caseload`."
    command = ("rebuild", "caseload", "--municipality", schema)
    where = ("--database", town.addresses.log, "--vault", town.addresses.vault)
    said = await asyncio.to_thread(samordna, *command, *where, data=town.settings.data)
    assert "new" in said
    await manager.get("/cases")
    assert (await _ready(town))["checks"]["views"]


async def _ready(town: Town) -> Any:
    async with town.session.get(town.base.removesuffix(BASE) + "/health/ready") as response:
        return await response.json()
