"""What the house forgets by itself."""

from dataclasses import replace
from datetime import date, timedelta
from typing import cast

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from api.runtime.clock import SimulatedClock, SystemClock
from api.runtime.forgetting import KEPT, UNUSED, Forgetting
from api.runtime.keys.vault import PostgresVault
from domain.errors import KeyIsErased
from tests.acceptance.town import Town
from tests.api.test_doors_numbers import number_of

BODY = {
    "source": "police",
    "channel": "phone",
    "concern": "trafficking",
    "account": "Ett samtal.",
    "person": {"role": "exposed", "age": "adult"},
}


def a_month_passes(town: Town) -> None:
    """What was recorded, was recorded 31 days earlier."""
    statement = SQL("UPDATE {}.commands SET recorded_at = recorded_at - interval '31 days'")
    with psycopg.connect(town.addresses.log, autocommit=True) as owner:
        owner.execute(statement.format(Identifier(town.settings.municipality)))


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
    a_month_passes(town)  # as the database has it: no clock of ours shortens the 30 days
    clock.advance(timedelta(hours=2))
    await forgetting.forget()
    anew = await police.post("/referrals", BODY, expect=201, key="once")
    assert not anew["replayed"]
    month = f"commands/{SystemClock().now():%Y-%m}"
    clock.advance(timedelta(days=92))
    await forgetting.forget()
    with pytest.raises(KeyIsErased):
        await vault.ensure([month])


async def test_what_no_fact_uses_is_swept(town: Town) -> None:
    """A key, a number, a reference that was kept for an append that never came is erased after two
    days, and what a fact uses is not: so whoever comes with the number next is somebody new."""
    desk, vault = town.rooms.house.desk, cast("PostgresVault", town.rooms.house.macs)
    lost, stream = desk.ids.new(), desk.ids.new()
    number = number_of(date(2007, 5, 19))
    await vault.reserve_person("a", number, lost)
    await vault.ensure([f"identity/{lost}", f"file/{stream}"])
    await vault.keep_reference("police", "P-2023-17", [stream])
    standing = await vault.made_between(
        desk.clock.now() - KEPT, desk.clock.now() + KEPT, after="", limit=1000
    )
    clock = SimulatedClock(SystemClock().now() + UNUSED - timedelta(minutes=5))
    forgetting = Forgetting(town.rooms.stored, vault, replace(desk, clock=clock))
    await forgetting.forget()
    assert await vault.find_person("a", number) == lost
    clock.advance(timedelta(minutes=10))
    await forgetting.forget()
    assert forgetting.swept == 2
    assert await vault.find_person("a", number) is None
    assert not (await vault.find_references("police", ["P-2023-17"]))["P-2023-17"]
    kept = await vault.standing(standing)
    assert set(standing) - set(kept) == {f"identity/{lost}", f"file/{stream}"}
    with pytest.raises(KeyIsErased):
        await vault.ensure([f"file/{stream}"])


async def test_who_read_what_is_forgotten_when_its_time_is_over(town: Town) -> None:
    """After as many months as the municipality keeps that (c): the receipt's place stays in the
    log, and tells nothing."""
    desk, vault = town.rooms.house.desk, cast("PostgresVault", town.rooms.house.macs)
    month, now = f"receipts/{desk.clock.now():%Y-%m}", desk.clock.now()
    await town["nexus manager"].get("/cases")
    assert await vault.standing([month]) == [month]
    months = desk.organisation.settings.receipts_kept_months
    clock = SimulatedClock(now + timedelta(days=30 * months))
    forgetting = Forgetting(town.rooms.stored, vault, replace(desk, clock=clock))
    await forgetting.forget()
    assert await vault.standing([month])
    clock.advance(timedelta(days=5 * 31 + months))  # a year has more days than twelve times thirty
    await forgetting.forget()
    assert not await vault.standing([month])
