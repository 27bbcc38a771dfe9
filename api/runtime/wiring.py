"""The one place where the house is put together, for production, the generator and the tests."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import psycopg

from api.commands.work import Desk
from api.house import Entrance, House
from api.runtime.audit.audit_logs import AuditLogs, HouseSignatures, policy_in
from api.runtime.audit.cosigning import Cosigning
from api.runtime.audit.kept_checkpoints import CheckpointFolder, Keeping, folder_of
from api.runtime.audit.nightly import NightlyVerification
from api.runtime.audit.sealing import Sealer
from api.runtime.audit.signing_keys import SigningKeys
from api.runtime.clock import RandomIds, SwedishWorkingCalendar, SystemClock
from api.runtime.disposing import Disposing
from api.runtime.ending import ended
from api.runtime.forgetting import Forgetting
from api.runtime.keys.key_file import KeyringExists
from api.runtime.keys.vault import PostgresVault
from api.runtime.log.access_log import SealedAccessLog
from api.runtime.log.changes import Changes
from api.runtime.log.event_log import StoredEventLog
from api.runtime.log.fact_log import FactLog
from api.runtime.log.happenings import LogHappenings
from api.runtime.log.mapper import Mapper, key_of, open_token
from api.runtime.log.receipt_log import ReceiptLog
from api.runtime.metrics import Metrics, Parts
from api.runtime.organisation import UPPSALA, load_organisation, read_organisation
from api.runtime.postgres import database
from api.runtime.postgres.servers import Addresses, keyring, signing_keys
from api.runtime.postgres.turns import Turn
from api.runtime.serving.local_issuer import LocalIssuer
from api.runtime.serving.rates import Rates
from api.runtime.serving.tokens import BearerTokens, TrustedIssuer
from api.runtime.settings import Settings, SettingsAreFaulty
from api.runtime.timekeeping import Timekeeping
from api.runtime.views import FollowedViews, sessions_for_views
from domain.errors import TokenIsRefused, Unavailable
from domain.ports import Clock, Ids
from domain.sealed import Sealed
from projections import ALL, ALL_OF_RECEIPTS
from projections.engine import Followers
from projections.projection import Projection, Source


class SealedOpener:
    """Opens for an entitled reader; who is entitled is not asked here, but at the door."""

    def __init__(self, vault: PostgresVault) -> None:
        self._vault = vault

    async def open_values(self, tokens: Collection[tuple[str, Any]]) -> list[Sealed[Any]]:
        await self._vault.load({key_of(token) for token, _ in tokens})
        return [open_token(self._vault, token, kind) for token, kind in tokens]


class ClosedDoor:
    """The command line's house has no doors: nobody's token is believed."""

    async def staff_id(self, token: str) -> UUID:
        del token
        raise TokenIsRefused(reason="issuer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What the command line needs beside the doors' house."""

    house: House
    facts: FactLog
    access_log: SealedAccessLog
    stored: StoredEventLog
    connect: "_Connect"
    schema: str
    views: FollowedViews
    metrics: Metrics
    audit_logs: AuditLogs
    signing_keys: SigningKeys
    changes: Mapping[str, Changes]
    nightly: NightlyVerification
    cosigning: Cosigning
    checkpoints: CheckpointFolder | None
    keeping: Keeping | None
    disposing: Disposing

    @asynccontextmanager
    async def following(
        self, names: Collection[str] | None = None, *, take_over: bool = True
    ) -> AsyncIterator[None]:
        """The views, or those named, are followed here; or it is known here how far others do."""
        logs: Sequence[tuple[Sequence[Projection[Any]], Source[Any]]] = (
            (ALL, self.facts),
            (ALL_OF_RECEIPTS, self.access_log),
        )
        async with AsyncExitStack() as opened:
            for projections, log in logs:
                followers = Followers(
                    [it for it in projections if names is None or it.name in names],
                    log,
                    self.connect,
                    schema=self.schema,
                    clock=self.house.desk.clock,
                    take_over=take_over,
                )
                self.views.follow(followers)
                self.metrics.parts.followers |= followers.by_name
                await opened.enter_async_context(followers)
            yield

    @asynccontextmanager
    async def sealing(self) -> AsyncIterator[None]:
        """The audit logs are sealed here meanwhile, and verified every night. Raises
        KeyringIsUnusable: a log that was signed goes on with its own keys."""
        if not await self.audit_logs.are_signed():
            with suppress(KeyringExists):
                self.signing_keys.create()
        sealers = self.audit_logs.sealers(self.changes, self.signing_keys, self.checkpoints)
        self.metrics.parts.sealers |= {sealer.log: sealer for sealer in sealers}
        self.metrics.parts.nightly = self.nightly
        self.metrics.parts.cosigning = self.cosigning
        loops: list[Sealer | NightlyVerification | Cosigning | Keeping] = [*sealers, self.nightly]
        if self.keeping:
            loops.append(self.keeping)
        if self.cosigning.is_wanted:
            loops.append(self.cosigning)
        self.metrics.parts.rounds += [loop.rounds for loop in loops]
        tasks = [asyncio.create_task(loop.run()) for loop in loops]
        try:
            yield
        finally:
            for task in tasks:
                await ended(task)
            for sealer in sealers:  # of a log that stands still, everything is sealed
                with suppress(Unavailable):
                    await sealer.catch_up()

    @asynccontextmanager
    async def keeping_time(self) -> AsyncIterator[None]:
        """What only time causes is told here meanwhile, and what was approved for disposal goes;
        the views are followed."""
        house = self.house
        timekeeping = Timekeeping(house.desk, house.views, house.receipts)
        loops = (timekeeping, self.disposing)
        self.metrics.parts.rounds += [loop.rounds for loop in loops]
        tasks = [asyncio.create_task(loop.run()) for loop in loops]
        try:
            yield
        finally:
            for task in tasks:
                await ended(task)

    def desk(self, clock: Clock, ids: Ids) -> Desk:
        """The same desk in another time: the generator's."""
        return replace(self.house.desk, clock=clock, ids=ids)


@asynccontextmanager
async def open_house(
    settings: Settings,
    addresses: Addresses,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    follow: bool = True,
) -> AsyncIterator[Rooms]:
    """Everything started in the order in which it is needed, and stopped the other way round.

    Without `follow` the views stand still and nobody is let in: for the command line.
    Raises MunicipalityIsMissing, SchemaIsBehind, SchemaIsNewer, VaultUnavailable,
    KeyringDoesNotFit, and what the servers raise.
    """
    clock, ids = clock or SystemClock(), ids or RandomIds()
    schema = settings.municipality
    urls = {
        role: database.role_url(address, schema, role, secrets=settings.secrets)
        for address, role in (
            (addresses.log, "server"),
            (addresses.log, "projector"),
            (addresses.log, "reader"),
            (addresses.vault, "vault"),
        )
    }
    database.require_current(urls["server"], schema, kind=database.LOG)
    async with AsyncExitStack() as opened:
        opened.push_async_callback(ended, asyncio.create_task(addresses.look_after()))
        vault = await opened.enter_async_context(
            PostgresVault(urls["vault"], schema, keyring(settings))
        )
        mapper = Mapper(vault)
        stored = StoredEventLog(urls["server"], schema)
        receipts = ReceiptLog(urls["server"], schema)
        for log in (stored, receipts):
            await log.start()
            opened.push_async_callback(log.stop)
        await _belong_together(stored, mapper, vault)
        sessions = sessions_for_views(urls["reader"])
        opened.push_async_callback(sessions.close)
        views = FollowedViews(sessions, schema, clock)
        facts = FactLog(stored, mapper, vault)
        audit_logs = AuditLogs(urls["server"], schema, settings.audit_name)
        opened.push_async_callback(audit_logs.stop)
        access_log = SealedAccessLog(receipts, vault, views, clock, ids)
        parts = Parts(
            writers={"events": stored.writer, "receipts": receipts.writer},
            streams={"events": facts.memory},
            rounds=[addresses.rounds] if addresses.own else [],
        )
        metrics = Metrics(parts, views.standings, views.alarms)
        desk = Desk(
            log=facts,
            vault=vault,
            organisation=load_organisation(settings.organisation or UPPSALA),
            reads=read_organisation,
            clock=clock,
            ids=ids,
            calendar=SwedishWorkingCalendar(),
        )
        connect = _Connect(urls["projector"])
        disposing = Disposing(
            desk=desk,
            views=views,
            receipts=access_log,
            stored=stored,
            facts=facts,
            mapper=mapper,
            vault=vault,
            connect=connect,
            schema=schema,
            backup_days=settings.vault_backup_days,
        )
        house = House(
            desk=desk,
            views=views,
            identities=(
                BearerTokens(trusted_issuer(settings, clock), clock) if follow else ClosedDoor()
            ),
            opener=SealedOpener(vault),
            receipts=access_log,
            audit_logs=audit_logs.stores,
            signatures=HouseSignatures(settings.audit_name, schema, signing_keys(settings)),
            macs=vault,
            metrics=metrics,
            entrance=Entrance(
                clients=Rates(settings.rate_per_client),
                logins=Rates(settings.rate_per_login),
                behind_proxy=settings.behind_proxy,
                origins=settings.allowed_origins,
            ),
            vault_is_apart=await asyncio.to_thread(
                database.are_apart, urls["server"], urls["vault"]
            ),
            erasures=disposing,
            happenings=LogHappenings(facts),
            past=facts.memory,
        )
        checkpoints = folder_of(settings)
        keeping_turn = Turn(urls["server"], schema, "keeping")
        rooms = Rooms(
            house=house,
            facts=facts,
            access_log=access_log,
            stored=stored,
            connect=connect,
            schema=schema,
            views=views,
            metrics=metrics,
            audit_logs=audit_logs,
            signing_keys=signing_keys(settings),
            cosigning=Cosigning(
                audit_logs.stores,
                policy_in(settings.audit_policy),
                Turn(urls["server"], schema, "cosigning"),
            ),
            checkpoints=checkpoints,
            keeping=(
                Keeping(
                    audit_logs.stores,
                    checkpoints,
                    keeping_turn,
                    every=settings.checkpoint_seconds,
                )
                if checkpoints
                else None
            ),
            nightly=NightlyVerification(audit_logs, _found_by(settings, addresses), clock),
            changes={"events": stored.changes, "receipts": receipts.changes},
            disposing=disposing,
        )
        if follow:
            await opened.enter_async_context(rooms.following(take_over=settings.follow))
            if settings.follow:
                await opened.enter_async_context(rooms.sealing())
            forgetting = Forgetting(stored, vault, desk)
            parts.rounds.append(forgetting.rounds)
            parts.forgetting["forgetting"] = forgetting
            opened.push_async_callback(ended, asyncio.create_task(forgetting.run()))
        yield rooms


def _found_by(settings: Settings, addresses: Addresses) -> dict[str, str]:
    """The environment in which another process of ours finds this house."""
    return replace(settings, database=addresses.log, vault=addresses.vault).environment


class VaultDoesNotFit(Exception):
    """The vault never held the key of this log's first event: it is another municipality's, or an
    empty one. Nothing was started. Name the vault that belongs to the log."""


async def _belong_together(stored: StoredEventLog, mapper: Mapper, vault: PostgresVault) -> None:
    """A wrong vault looks like everything erased, and would take new keys. Raises
    VaultDoesNotFit."""
    for first in await stored.read(0, 1):
        event = mapper.decode(first.name, first.payload, first.stream, first.version)
        for token in mapper.tokens(event):
            if not await vault.knows(key_of(token)):
                raise VaultDoesNotFit


def trusted_issuer(settings: Settings, clock: Clock) -> TrustedIssuer:
    """Whose tokens are accepted. Raises SettingsAreFaulty when nobody's would be."""
    if settings.local_issuer:
        return local_issuer(settings, clock).trusted
    if settings.jwks is None:
        raise SettingsAreFaulty(
            "jwks: name the file or URL of the token issuer's public keys "
            "(or, to try things out on this machine, its own: --local-issuer)"
        )
    return TrustedIssuer(issuer=settings.issuer, audience=settings.audience, jwks=settings.jwks)


def local_issuer(settings: Settings, clock: Clock) -> LocalIssuer:
    return LocalIssuer(settings.data / "issuer", clock)


class _Connect:
    """New connections of the projector's role."""

    def __init__(self, url: str) -> None:
        self.url = database.session_url(url, name="samordna follow", jit="off")

    async def __call__(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(self.url)
