"""The audit logs verified by the house itself, every night: a process of its own recomputes them,
so that nobody waits for it. What it finds is kept, counted and told."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog

from api.runtime.audit.audit_logs import AuditLogs
from api.runtime.audit.tree_store import Verified
from api.runtime.rounds import Rounds
from domain.ports import Clock

NIGHT: Final = range(1, 5)  # hours, UTC
_RESTED: Final = timedelta(hours=12)  # since the last one, when it is night
_LONGEST: Final = timedelta(hours=36)  # whenever it is
_FIRST: Final = 600.0  # seconds after the start
_EVERY: Final = 1200.0  # seconds
_AGAIN: Final = 600.0  # seconds, when a server was away
_PATIENCE: Final = 6 * 3600.0  # seconds that a verification may take

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class VerificationFailed(Exception):
    """The audit logs could not be verified. Run `samordna verify` to see why."""


class NightlyVerification:
    """`verifier` is the environment in which `samordna verify` finds this house."""

    def __init__(self, logs: AuditLogs, verifier: Mapping[str, str], clock: Clock) -> None:
        self.rounds = Rounds("verifying", every=_EVERY, again=_AGAIN)
        self.latest: Mapping[str, Verified] = {}
        self._logs = logs
        self._environment = verifier
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.sleep(_FIRST)
        await self.rounds.keep(self.verify_if_due)

    async def verify_if_due(self) -> None:
        """Raises LogUnavailable, VerificationFailed."""
        self.latest = await self._logs.verified()
        last = min((it.at for it in self.latest.values()), default=None)
        if is_due(last, self._clock.now()):
            await self.verify()

    async def verify(self) -> None:
        """Raises LogUnavailable, VerificationFailed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "api.cli", "verify", "--json", "--alone"),
            env={**os.environ, **self._environment},
            stdout=PIPE,
            stderr=DEVNULL,
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                said, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        try:
            told = [msgspec.json.decode(line, type=_Line) for line in said.splitlines()]
        except msgspec.DecodeError:
            raise VerificationFailed from None
        if not told and process.returncode == 0:
            return  # another process of this house does it
        if len(told) != len(self._logs.stores):
            raise VerificationFailed
        for line in told:
            first = line.findings[0] if line.findings else None
            if first:
                _log.error("an audit log does not hold", part=line.log, count=len(line.findings))
            await self._logs.note(line.log, line.size, first)
        self.latest = await self._logs.verified()


class _Line(msgspec.Struct):
    """Of `samordna verify --json`."""

    log: str
    size: int
    findings: list[str]


def is_due(last: datetime | None, now: datetime) -> bool:
    """Whether it is time, after the last one."""
    if last is None:
        return True
    since = now - last
    return since > _LONGEST or (since > _RESTED and now.hour in NIGHT)
