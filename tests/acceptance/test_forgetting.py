"""What the house forgets by itself."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from api.runtime.clock import SimulatedClock, SystemClock
from api.runtime.forgetting import KEPT, Forgetting
from api.runtime.vault import PostgresVault
from domain.errors import KeyIsErased
from tests.acceptance.town import Town

BODY = {
    "source": "police",
    "channel": "phone",
    "concern": "trafficking",
    "account": "Ett samtal.",
    "person": {"role": "exposed", "age": "adult"},
}


async def test_commands_are_forgotten_after_30_days(town: Town) -> None:
    """Within 30 days a command sent again is the same; after that its id is forgotten, and the
    key of its body with it."""
    police = town["police officer"]
    vault = cast("PostgresVault", town.rooms.house.macs)
    clock = SimulatedClock(SystemClock().now() + KEPT - timedelta(hours=1))
    desk = replace(town.rooms.house.desk, clock=clock)
    forgetting = Forgetting(town.rooms.stored, vault, desk)
    first = await police.post("/referrals", BODY, expect=201, key="once")
    await forgetting.forget()
    again = await police.post("/referrals", BODY, expect=201, key="once")
    assert (again["replayed"], again["referralId"]) == (True, first["referralId"])
    clock.advance(timedelta(hours=2))
    await forgetting.forget()
    anew = await police.post("/referrals", BODY, expect=201, key="once")
    assert not anew["replayed"]
    month = f"commands/{SystemClock().now():%Y-%m}"
    clock.advance(timedelta(days=92))
    await forgetting.forget()
    with pytest.raises(KeyIsErased):
        await vault.ensure([month])
