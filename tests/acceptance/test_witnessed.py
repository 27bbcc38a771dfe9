"""A served house whose logs a witness sees, and whose checkpoints are kept in a folder."""

import asyncio
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4  # noqa: TID251 - a schema of its own

from aiohttp.test_utils import TestServer

from api.app import build_app
from api.commands.founding import found
from api.runtime.audit.audit_logs import LOGS, origin_of
from api.runtime.audit.kept_checkpoints import CheckpointFolder
from api.runtime.audit.served_evidence import ServedEvidence
from api.runtime.audit.tree_store import EVENTS
from api.runtime.clock import SystemClock
from api.runtime.postgres.postgres_server import PostgresServer
from api.runtime.postgres.servers import Addresses, create_databases, signing_keys
from api.runtime.settings import Settings
from api.runtime.wiring import open_house
from api.tree.notes import COSIGNATURE, Signer
from api.tree.policies import read_policy
from api.tree.verification import verify
from api.witness.door import witness_app
from api.witness.memory import Memory
from api.witness.witness import Witness


async def test_a_witnessed_house(
    log_server: PostgresServer, vault_server: PostgresServer, tmp_path: Path
) -> None:
    """What is served is cosigned by the witness that the settings name, and verifies far away by
    the policy; the same stands in the folder; readiness tells both."""
    settings = Settings(
        data=tmp_path / "data", municipality=f"story_{uuid4().hex[:12]}", local_issuer=True
    )
    addresses = Addresses(log=log_server.url(), vault=vault_server.url())
    create_databases(settings, addresses)
    names = {log: origin_of(settings.audit_name, settings.municipality, log) for log in LOGS}
    keys = {name: [signing_keys(settings)(name)[0].verifier] for name in names.values()}
    Memory.create(tmp_path / "memory")
    signer = Signer("witness.example/one", bytes(32), algorithm=COSIGNATURE)
    with closing(Memory(tmp_path / "memory")) as memory:
        witness = Witness(signer, keys, memory, SystemClock().now)
        async with TestServer(witness_app(witness)) as served:
            told = f"witness one {signer.verifier.vkey} {served.make_url('/')}\nquorum one\n"
            file = tmp_path / "policy"
            await asyncio.to_thread(file.write_text, told, encoding="utf-8")
            given = replace(
                settings,
                audit_policy=file,
                checkpoint_folder=tmp_path / "kept",
                checkpoint_seconds=1,
            )
            async with open_house(given, addresses) as rooms:
                await found(rooms.house.desk, name="Founding Administrator")
                folder = CheckpointFolder(tmp_path / "kept", settings.municipality)
                app = build_app(rooms.house)
                async with TestServer(app) as house:
                    async with asyncio.timeout(20):
                        while EVENTS not in rooms.cosigning.latest:  # noqa: ASYNC110 - no event
                            await asyncio.sleep(0.05)
                        while not await asyncio.to_thread(folder.latest, EVENTS):  # noqa: ASYNC110 - the same
                            await asyncio.sleep(0.05)
                    address = str(house.make_url("/audit-logs/events"))
                    with closing(await asyncio.to_thread(ServedEvidence, address)) as evidence:
                        verdict = await asyncio.to_thread(
                            verify,
                            evidence,
                            origin=names[EVENTS],
                            trusted=keys[names[EVENTS]],
                            now=SystemClock().now(),
                            policy=read_policy(told),
                        )
                    assert verdict.findings == []
                    assert verdict.size == verdict.cosigned > 0
                assert rooms.metrics.rolled_back() == []
                told_of = rooms.metrics.sealing()[EVENTS]
                assert told_of["witnessesOut"] == {}
                assert 'samordna_witnesses_out{log="events"} 0.0' in await rooms.metrics.told()
