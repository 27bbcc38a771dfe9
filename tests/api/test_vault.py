"""The vault, on a real server: what it seals, what it forgets, and who may touch it."""

import asyncio
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from types import NoneType
from typing import Any

import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from api.runtime.clock import SeededIds
from api.runtime.keys.key_encryption import KeyringDoesNotFit, KeyringFile, Wrapped
from api.runtime.keys.vault import PostgresVault
from api.runtime.postgres.database import VAULT, require_current
from api.runtime.postgres.postgres_ground import wheel_programs
from api.runtime.postgres.postgres_server import PostgresServer, start_postgres
from domain.errors import KeyCannotBeOpened, KeyIsErased, SealIsBroken, VaultUnavailable
from domain.ports import Vault
from tests.conftest import Database, new_database

NUMBER = "199001011239"
PLACE = "a-stream/1/number"
IDS = SeededIds("vault")


@pytest.fixture
def house(vault_database: Database) -> Database:
    """One municipality's vault on the server, with the keyring that opens it."""
    KeyringFile.create(keyring_of(vault_database))
    return vault_database


@pytest.fixture
async def vault(house: Database) -> AsyncIterator[PostgresVault]:
    async with vault_of(house) as vault:
        yield vault


def keyring_of(house: Database) -> Path:
    return house.secrets / "keyring"


def vault_of(house: Database, **settings: Any) -> PostgresVault:
    """The vault as one process has it."""
    keyring = KeyringFile(keyring_of(house))
    return PostgresVault(house.url("vault"), house.schema, keyring, **settings)


def file_keys(count: int) -> list[str]:
    return [f"file/{IDS.new()}" for _ in range(count)]


# --- seals -----------------------------------------------------------------------------------


async def test_moved_seal_is_broken(vault: PostgresVault) -> None:
    """A seal opens in its own place and under its own key only."""
    one, other = file_keys(2)
    await vault.ensure([one, other])
    sealed = vault.seal(one, PLACE, b"exposed")
    assert vault.open(sealed, PLACE) == b"exposed"
    for moved, place in [
        (sealed, "a-stream/2/number"),
        (sealed, ""),
        (sealed.replace(one, other), PLACE),
        (sealed.replace(":1:", ":2:"), PLACE),
    ]:
        with pytest.raises(SealIsBroken):
            vault.open(moved, place)


async def test_opens_only_with_a_key_in_memory(house: Database, vault: PostgresVault) -> None:
    """A value is closed until its key is loaded; a seal names its key."""
    [key] = file_keys(1)
    await vault.ensure([key])
    sealed = vault.seal(key, PLACE, b"exposed")
    async with vault_of(house) as another:
        assert another.open(sealed, PLACE) is None
        await another.load([sealed.split(":")[0], *file_keys(1)])
        assert another.open(sealed, PLACE) == b"exposed"
        another.forget([key])
        assert another.open(sealed, PLACE) is None
        with pytest.raises(VaultUnavailable):
            another.seal(key, PLACE, b"exposed")


async def test_tokens_and_macs_belong_to_their_key_and_use(vault: PostgresVault) -> None:
    """A keyed value is the same again for the same key and use, and for nothing else."""
    month, other = "receipts/2026-11", "commands/2026-11"
    await vault.ensure([month, other])
    person = IDS.new()
    assert vault.tokens(month, [person, person]) == vault.tokens(month, [person]) * 2
    assert [len(token) for token in vault.tokens(month, [person])] == [16]
    different = [
        *vault.tokens(month, [person, IDS.new()]),
        *vault.tokens(other, [person]),
        vault.mac(month, person.bytes),
        vault.mac(other, person.bytes),
    ]
    assert len(set(different)) == len(different)
    vault.forget([month])
    with pytest.raises(VaultUnavailable):
        vault.tokens(month, [person])


# --- keys ------------------------------------------------------------------------------------


async def test_simultaneous_creators_get_one_key(house: Database) -> None:
    """Processes that make the same keys at once, in any order, can open each other's seals."""
    async with vault_of(house) as one, vault_of(house) as other:
        for _ in range(20):
            keys = file_keys(20)
            await asyncio.gather(
                *(vault.ensure(keys) for vault in (one, other)),
                *(vault.ensure(keys[::-1]) for vault in (other, one)),
            )
            for key in keys:
                assert other.open(one.seal(key, PLACE, b"exposed"), PLACE) == b"exposed"


async def test_erased_key_stays_erased(house: Database, vault: PostgresVault) -> None:
    """What an erased key sealed is closed for ever; the key cannot be made again, and its row is
    a tombstone without a key."""
    erased, never_made, kept = file_keys(3)
    await vault.ensure([erased, kept])
    sealed, other = vault.seal(erased, PLACE, b"exposed"), vault.seal(kept, PLACE, b"exposed")
    await vault.erase([erased, never_made, erased])
    await vault.erase([erased])
    await vault.load([erased])
    assert vault.open(sealed, PLACE) is None
    assert vault.open(other, PLACE) == b"exposed"
    for key in (erased, never_made):
        with pytest.raises(KeyIsErased) as refusal:
            await vault.ensure([key, kept])
        assert refusal.value.context == {"keys": [key]}
    tombs = {
        row[0]: row[2:4] for row in house.execute("TABLE {}.keys") if row[0] in {erased, never_made}
    }
    assert tombs == {erased: (None, None), never_made: (None, None)}


async def test_erasure_reaches_every_process_within_the_lifetime(house: Database) -> None:
    """A key erased elsewhere opens nothing once its lifetime in this memory is over."""
    now = [1000.0]
    [key] = file_keys(1)
    async with vault_of(house, key_lifetime=60, monotonic=lambda: now[0]) as here:
        await here.ensure([key])
        sealed = here.seal(key, PLACE, b"exposed")
        async with vault_of(house) as elsewhere:
            await elsewhere.erase([key])
        now[0] += 59
        assert here.open(sealed, PLACE) == b"exposed"
        now[0] += 1
        assert here.open(sealed, PLACE) is None
        with pytest.raises(KeyIsErased):
            await here.ensure([key])


async def test_loaded_key_lasts_half_its_lifetime(house: Database) -> None:
    """A key that was just loaded is usable for half a lifetime, however long it was there before;
    and learns then that it was erased."""
    now = [1000.0]
    [key] = file_keys(1)
    async with vault_of(house, key_lifetime=60, monotonic=lambda: now[0]) as vault:
        await vault.ensure([key])
        sealed = vault.seal(key, PLACE, b"exposed")
        for _ in range(10):
            now[0] += 31
            await vault.load([key])
            now[0] += 29
            assert vault.open(sealed, PLACE) == b"exposed"
        async with vault_of(house) as elsewhere:
            await elsewhere.erase([key])
        now[0] += 10
        await vault.load([key])
        assert vault.open(sealed, PLACE) is None


async def test_memory_is_bounded(house: Database) -> None:
    """When memory is full, the keys that were loaded longest ago leave it."""
    async with vault_of(house, keys_in_memory=3) as vault:
        keys = file_keys(5)
        for key in keys:
            await vault.ensure([key])
        sealed = [vault.seal(key, PLACE, b"") for key in keys[2:]]
        assert [vault.open(seal, PLACE) for seal in sealed] == [b""] * 3
        for key in keys[:2]:
            with pytest.raises(VaultUnavailable):
                vault.seal(key, PLACE, b"")


@pytest.mark.parametrize("name", ["", "file", "vault/check", "file/a:1", "file/a b", "Årsta/1"])
async def test_names_that_are_not_keys_are_refused(vault: PostgresVault, name: str) -> None:
    """Only scopes with ids are names; the vault's own keys can be neither asked for nor erased."""
    with pytest.raises(ValueError, match="scope and ids"):
        await vault.ensure([name])
    with pytest.raises(ValueError, match="scope and ids"):
        await vault.erase([name])


# --- the blind index -------------------------------------------------------------------------


async def test_two_first_contacts_make_one_person(house: Database) -> None:
    """Whoever reserves a number at the same time gets the same id, one of the candidates."""
    async with vault_of(house) as one, vault_of(house) as other:
        for day in range(10, 30):
            number = f"199001{day}1239"
            candidates = [IDS.new() for _ in range(8)]
            people = await asyncio.gather(
                *(
                    vault.reserve_person("exposed", number, candidate)
                    for vault, candidate in zip([one, other] * 4, candidates, strict=True)
                )
            )
            assert len(set(people)) == 1
            assert people[0] in candidates
            assert await other.find_person("exposed", number) == people[0]


async def test_compartments_have_nothing_in_common(house: Database, vault: PostgresVault) -> None:
    """One number in two compartments is two people, and no stored value joins them."""
    one = await vault.reserve_person("exposed", NUMBER, IDS.new())
    assert await vault.find_person("perpetrator-side", NUMBER) is None
    other = await vault.reserve_person("perpetrator-side", NUMBER, IDS.new())
    assert one != other
    rows = house.execute("TABLE {}.people_by_number")
    assert len({bytes(digest) for _, digest, *_ in rows}) == len({row[2] for row in rows}) == 2


async def test_spellings_of_a_number_are_one(vault: PostgresVault) -> None:
    """A number is the same with or without its sign; without its century it is refused, and the
    refusal does not repeat it."""
    person = await vault.reserve_person("exposed", NUMBER, IDS.new())
    for spelled in ("19900101-1239", " 19900101 1239", "19900101+1239"):
        assert await vault.find_person("exposed", spelled) == person
    for wrong in ("900101-1239", "", "1990010112३9"):
        with pytest.raises(ValueError, match="twelve digits") as refusal:
            await vault.find_person("exposed", wrong)
        assert not wrong or wrong not in str(refusal.value)


async def test_erased_person_leaves_the_index(vault: PostgresVault) -> None:
    """When a person is erased, all their numbers lead nowhere; other people's stay."""
    person, other = IDS.new(), IDS.new()
    later = "199001021238"
    await vault.reserve_person("exposed", "199001611239", person)  # a coordination number
    await vault.reserve_person("exposed", NUMBER, person)
    await vault.reserve_person("exposed", later, other)
    await vault.erase([f"identity/{person}"], people=[person])
    assert await vault.find_person("exposed", NUMBER) is None
    assert await vault.find_person("exposed", "199001611239") is None
    assert await vault.find_person("exposed", later) == other
    anew = IDS.new()
    assert await vault.reserve_person("exposed", NUMBER, anew) == anew


async def test_a_number_is_released_by_whom_it_leads_to(vault: PostgresVault) -> None:
    """Then it leads nowhere, in that compartment; what leads to somebody else stays."""
    person, other = IDS.new(), IDS.new()
    await vault.reserve_person("exposed", NUMBER, person)
    await vault.reserve_person("perpetrator-side", NUMBER, person)
    await vault.release_number("exposed", NUMBER, other)
    assert await vault.find_person("exposed", NUMBER) == person
    for _ in range(2):
        await vault.release_number("exposed", NUMBER, person)
        assert await vault.find_person("exposed", NUMBER) is None
    assert await vault.find_person("perpetrator-side", NUMBER) == person
    assert await vault.reserve_person("exposed", NUMBER, other) == other


async def test_a_reference_leads_to_what_its_sender_sent(
    house: Database, vault: PostgresVault
) -> None:
    """However it is spelt, and to every referral of the message; another sender's reference of
    the same name leads nowhere, and no stored value joins the two. Erased, it leads nowhere."""
    [first, second, other] = [IDS.new() for _ in range(3)]
    await vault.keep_reference("police", "P-2023-17", [first, second])
    await vault.keep_reference("police", "P-2023-17", [first])  # decided anew
    await vault.keep_reference("schools", "P-2023-17", [other])
    found = await vault.find_references("police", ["p-2023 - 17", "P-2023-18"])
    assert set(found["p-2023 - 17"]) == {first, second}
    assert not found["P-2023-18"]
    assert not (await vault.find_references("region", ["P-2023-17"]))["P-2023-17"]
    rows = house.execute("TABLE {}.referrals_by_reference")
    assert len({bytes(digest) for _, digest, *_ in rows}) == 2
    await vault.erase([], referrals=[first])
    found = await vault.find_references("police", ["P-2023-17"])
    assert set(found["P-2023-17"]) == {second}


# --- the key-encryption key ------------------------------------------------------------------


async def test_rotation_goes_on_while_sealing(house: Database) -> None:
    """While every key is wrapped anew, other processes make, seal, open and erase as before; and
    afterwards the newest version alone opens the vault."""
    async with vault_of(house) as vault:
        keys = file_keys(300)
        await vault.ensure(keys)
        erased, kept = keys[::3], keys[1::3]
        sealed = [vault.seal(key, PLACE, b"exposed") for key in kept]
        keyring = KeyringFile(keyring_of(house))
        keyring.renew()
        async with PostgresVault(house.url("vault"), house.schema, keyring) as rotating:
            _, made, _ = await asyncio.gather(
                rotating.rotate(batch=10), use_all_the_time(vault), erase_one_by_one(vault, erased)
            )
            await rotating.rotate()
    assert {row[3] for row in house.execute("TABLE {}.keys")} == {"2", None}
    lines = keyring_of(house).read_text().splitlines(keepends=True)
    keyring_of(house).write_text("".join(line for line in lines if not line.startswith("1 ")))
    async with vault_of(house) as vault:
        await vault.load([*kept, *made])
        assert {vault.open(seal, PLACE) for seal in [*sealed, *made.values()]} == {b"exposed"}
        for key in erased:
            with pytest.raises(KeyIsErased):
                await vault.ensure([key])


async def use_all_the_time(vault: PostgresVault) -> dict[str, str]:
    made = {}
    for key in file_keys(50):
        await vault.ensure([key])
        made[key] = vault.seal(key, PLACE, b"exposed")
        vault.forget(made)
        await vault.load(made)
        assert {vault.open(sealed, PLACE) for sealed in made.values()} == {b"exposed"}
    return made


async def erase_one_by_one(vault: PostgresVault, keys: list[str]) -> None:
    for key in keys:
        await vault.erase([key])


async def test_another_keyring_is_refused_at_start(house: Database, tmp_path: Path) -> None:
    """A vault whose keyring is another one's does not start, and says why."""
    async with vault_of(house):
        pass
    another = KeyringFile.create(tmp_path / "another")
    with pytest.raises(KeyringDoesNotFit, match="another vault"):
        async with PostgresVault(house.url("vault"), house.schema, another):
            pass


async def test_a_damaged_key_is_not_taken_for_an_erased_one(house: Database) -> None:
    """Whoever needs it is told that it cannot be opened; others, who ask in the same moment, go on;
    a key that is missing altogether leaves what it sealed closed."""
    async with vault_of(house) as vault:
        damaged, _, missing = keys = file_keys(3)
        await vault.ensure(keys)
        sealed = {key: vault.seal(key, PLACE, b"exposed") for key in keys}
        vault.forget(keys)
        house.execute("UPDATE {}.keys SET wrapped = 'x' WHERE name = %s", damaged)
        house.execute("DELETE FROM {}.keys WHERE name = %s", missing)
        refused = KeyCannotBeOpened
        told = await asyncio.gather(
            *(vault.load([key]) for key in keys), vault.ensure([damaged]), return_exceptions=True
        )
        assert [type(it) for it in told] == [refused, NoneType, NoneType, refused]
        assert [vault.open(sealed[key], PLACE) for key in keys] == [None, b"exposed", None]


# --- the server ------------------------------------------------------------------------------


async def test_dump_opens_nothing(house: Database, vault: PostgresVault) -> None:
    """A dump of the vault holds no personal number and no key that is not wrapped."""
    [key] = file_keys(1)
    await vault.ensure([key])
    await vault.reserve_person("exposed", NUMBER, IDS.new())
    dump = dump_of(house)
    keyring = KeyringFile(keyring_of(house))
    secrets = [
        keyring.unwrap(row[0], Wrapped(row[3], row[2])) for row in house.execute("TABLE {}.keys")
    ]
    assert len(secrets) == 3  # the file's, the index's, and the check
    assert key.encode() in dump
    for hidden in [NUMBER, NUMBER[:8], NUMBER[2:], *(secret.hex() for secret in secrets)]:
        assert hidden.encode() not in dump


def dump_of(house: Database) -> bytes:
    command = [str(wheel_programs() / "pg_dump"), house.owner_url, "--schema", house.schema]
    return subprocess.check_output(command)  # noqa: S603 - nothing from outside


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM {}.keys",
        "UPDATE {}.keys SET wrapped = NULL, wrapped_by = NULL, erased_at = now()",
        "TRUNCATE {}.keys",
        "DELETE FROM {}.people_by_number",
        "UPDATE {}.people_by_number SET person = gen_random_uuid()",
        "TRUNCATE {}.people_by_number",
        "DROP TABLE {}.keys",
        "CREATE TABLE {}.more ()",
        "ALTER TABLE {}.keys ADD more text",
        "DELETE FROM {}._yoyo_migration",
    ],
)
def test_role_may_only_add_and_read(house: Database, statement: str) -> None:
    """The server's role changes and takes away nothing but by named functions."""
    require_current(house.url("vault"), house.schema, kind=VAULT)
    with pytest.raises(InsufficientPrivilege):
        house.execute(statement, role="vault")


async def test_own_keys_of_the_vault_stay(house: Database, vault: PostgresVault) -> None:
    """Not even the named function erases what the whole index hangs on."""
    with pytest.raises(CheckViolation):
        house.execute("SELECT {}.erase_keys(%s, '{{}}', '{{}}')", ["vault/check"], role="vault")


@pytest.mark.parametrize(
    "question", ["TABLE {}.keys", "SELECT {}.erase_keys('{{}}', '{{}}', '{{}}')"]
)
def test_other_municipalities_have_no_way_in(
    house: Database, vault_server: PostgresServer, tmp_path: Path, question: str
) -> None:
    """Another municipality's role on the same server can neither read nor call anything here."""
    other = new_database(vault_server, tmp_path / "other", VAULT)
    stranger = replace(other, schema=house.schema, owner_url=other.url("vault"))
    with pytest.raises(InsufficientPrivilege):
        stranger.execute(question)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that a server's user can reach."""
    with tempfile.TemporaryDirectory(prefix="samordna-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


async def test_recovers_by_itself(folder: Path) -> None:
    """While the server is away everything that needs it is VaultUnavailable, soon, and what is in
    memory goes on; when the server is back, the next questions are answered."""
    server = start_postgres(folder / "server", name="test", settings={"fsync": "off"})
    try:
        house = new_database(server, folder / "secrets", VAULT)
        KeyringFile.create(keyring_of(house))
        async with vault_of(house, patience=1) as vault:
            keys = file_keys(20)
            await asyncio.gather(*(vault.ensure([key]) for key in keys))
            server.stop()
            asked = time.monotonic()
            for question in (
                vault.ensure(file_keys(1)),
                vault.find_person("exposed", NUMBER),
                vault.erase(file_keys(1)),
            ):
                with pytest.raises(VaultUnavailable):
                    await question
            assert time.monotonic() - asked < 4
            assert vault.open(vault.seal(keys[0], PLACE, b"exposed"), PLACE) == b"exposed"
            server = start_postgres(folder / "server", name="test", settings={"fsync": "off"})
            await asyncio.gather(*(vault.ensure(file_keys(1)) for _ in range(8)))
    finally:
        server.stop()


async def test_restart_costs_nobody_a_refusal(house: Database, vault: PostgresVault) -> None:
    """Connections that the server has closed in the meantime are passed over."""
    await asyncio.gather(*(vault.find_person("exposed", NUMBER) for _ in range(20)))
    [(ended,)] = house.execute(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE usename = %s",
        f"{house.schema}_vault",
    )
    assert ended > 1
    await vault.ensure(file_keys(1))


def test_keeps_the_promise_of_the_port(house: Database) -> None:
    """PostgresVault is a Vault."""
    port: Vault = vault_of(house)
    assert port.open("file/1:1:", PLACE) is None
