"""Cosignatures, collected from the witnesses that the policy names (C2SP tlog-witness).

One process of the house asks them. All who are free are asked for the same checkpoint, until enough
have cosigned it or the time for it is over; each has one question at a time, so whoever is slow or
dead keeps nobody waiting but themselves. What the log does never waits for any of it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from http import HTTPStatus
from time import monotonic
from typing import Final, NamedTuple

import aiohttp
import structlog

from api.house import Signed
from api.runtime.audit.tree_store import Cosigned, Incarnation, TreeStore
from api.runtime.postgres.turns import Turn
from api.runtime.rounds import Rounds
from api.tree.merkle import consistency_plan, proof
from api.tree.notes import Note, NoteIsUnsound, Signature, SignatureIsWrong, read_note
from api.tree.policies import Policy, Witness
from api.tree.submissions import Submission
from domain.errors import Unavailable

_EVERY: Final = 1.0  # seconds
_AGAIN: Final = 2.0
_PATIENCE: Final = 8.0  # seconds for an answer
_ENOUGH: Final = 10.0  # seconds for one checkpoint, until a later one is tried
_RENEWED: Final = 60.0  # seconds after which the same checkpoint is cosigned anew: that it stands
_BACK_OFF: Final = (1.0, 2.0, 5.0, 15.0, 30.0)  # seconds after failures in a row
_LARGEST: Final = 16_384  # bytes of an answer

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Trouble(StrEnum):
    """Why a witness does not cosign."""

    AWAY = "away"  # does not answer
    REFUSES = "refuses"  # does not know this log, or its key
    WRONG = "wrong"  # answers with something else
    AHEAD = "ahead"  # knows more entries than there are: was a backup restored?
    FORK = "fork"  # knows another log under this name


class Standing(NamedTuple):
    """How the cosignatures of a log stand: what enough witnesses have seen, when they last said so,
    and how many do not cosign."""

    size: int
    when: float  # Unix seconds; 0, when never
    out: int


@dataclass(slots=True)
class _Asked:
    """What is known of one witness and one log."""

    size: int = 0  # that the witness knows, as far as we know
    failures: int = 0
    not_before: float = 0.0
    trouble: Trouble | None = None
    task: asyncio.Task[None] | None = None

    @property
    def is_free(self) -> bool:
        return self.task is None and monotonic() >= self.not_before


@dataclass(slots=True)
class _Wanted:
    """The checkpoint that cosignatures are collected for."""

    incarnation: int
    size: int
    note: Note
    since: float = field(default_factory=monotonic)
    by: set[str] = field(default_factory=set)  # witnesses that have cosigned it
    is_enough: bool = False


class Cosigning:
    """Both logs' cosignatures, and how they stand."""

    def __init__(self, stores: Mapping[str, TreeStore], policy: Policy, turn: Turn) -> None:
        self.rounds = Rounds("cosigning", every=_EVERY, again=_AGAIN)
        self.latest: dict[str, Cosigned] = {}  # by log
        self._stores = stores
        self._policy = policy
        self._turn = turn
        self._asked = {
            (log, name): _Asked()
            for log in stores
            for name, witness in policy.witnesses.items()
            if witness.url
        }
        self._wanted: dict[str, _Wanted] = {}

    @property
    def is_wanted(self) -> bool:
        """Whether there is anybody to ask."""
        return bool(self._asked)

    async def run(self) -> None:
        """Until cancelled."""
        patience = aiohttp.ClientTimeout(total=_PATIENCE)
        async with aiohttp.ClientSession(timeout=patience) as line:
            try:
                await self.rounds.keep(partial(self.collect, line))
            finally:
                await self.end()

    def out(self, log: str) -> dict[str, Trouble]:
        """The witnesses that do not cosign a log, as far as this process asks them."""
        return {
            name: asked.trouble
            for (of, name), asked in self._asked.items()
            if of == log and asked.trouble
        }

    def standing(self) -> dict[str, "Standing"]:
        """By log."""
        return {
            log: Standing(
                size=self.latest[log].size if log in self.latest else 0,
                when=self.latest[log].at.timestamp() if log in self.latest else 0.0,
                out=len(self.out(log)),
            )
            for log in self._stores
        }

    def told(self, log: str) -> dict[str, object]:
        """As readiness tells it."""
        latest = self.latest.get(log)
        return {
            "cosigned": latest.size if latest else 0,
            "cosignedAt": latest.at.isoformat() if latest else None,
            "witnessesOut": self.out(log),
        }

    def contradicts(self, log: str) -> bool:
        """Whether a witness knows more of the log than there is, or something else."""
        return bool({Trouble.AHEAD, Trouble.FORK} & set(self.out(log).values()))

    async def collect(self, line: aiohttp.ClientSession) -> None:
        """One round. Raises Unavailable."""
        is_mine = await self._turn.is_mine()
        for log, store in self._stores.items():
            if is_mine:
                await self._ask_for(log, store, line)
            if cosigned := await store.cosigned():
                self.latest[log] = cosigned

    async def _ask_for(self, log: str, store: TreeStore, line: aiohttp.ClientSession) -> None:
        latest = await store.latest()
        if latest is None:
            return
        wanted = self._wanted.get(log)
        if wanted is None or _is_over(wanted, latest):
            incarnation: Incarnation = await store.incarnation()
            note = read_note(latest.note)
            wanted = self._wanted[log] = _Wanted(incarnation.number, latest.size, note)
        for (of, name), asked in self._asked.items():
            if of == log and asked.is_free and name not in wanted.by:
                asked.task = asyncio.create_task(self._ask(log, name, asked, wanted, line))

    async def _ask(
        self, log: str, name: str, asked: _Asked, wanted: _Wanted, line: aiohttp.ClientSession
    ) -> None:
        """One witness for one checkpoint."""
        before, store = asked.trouble, self._stores[log]
        try:
            asked.trouble = await self._cosigned(store, name, asked, wanted, line)
        except (aiohttp.ClientError, TimeoutError, OSError):
            asked.trouble = Trouble.AWAY
        except Unavailable:  # the log itself is away; who keeps the rounds tells that
            pass
        finally:
            asked.task = None
        if asked.trouble:
            pause = _BACK_OFF[min(asked.failures, len(_BACK_OFF) - 1)]
            asked.failures, asked.not_before = asked.failures + 1, monotonic() + pause
        else:
            asked.failures = 0
        if asked.trouble != before:
            tell = _log.warning if asked.trouble else _log.info
            tell("a witness", part=log, witness=name, state=asked.trouble or "cosigns")

    async def _cosigned(
        self,
        store: TreeStore,
        name: str,
        asked: _Asked,
        wanted: _Wanted,
        line: aiohttp.ClientSession,
    ) -> Trouble | None:
        witness = self._policy.witnesses[name]
        status = 0
        for _ in range(2):  # the second time knowing what the witness knows
            if asked.size > wanted.size:
                return await self._ahead(store, asked)
            status, body = await self._send(store, witness, asked.size, wanted, line)
            if status == HTTPStatus.OK:
                return await self._keep(store, name, asked, wanted, body)
            if status != HTTPStatus.CONFLICT:
                break
            known = int(body) if body.strip().isdecimal() else -1
            if known < 0:
                return Trouble.WRONG
            if known == asked.size:
                return Trouble.FORK
            asked.size = known
        if status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return Trouble.FORK
        refuses = status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
        return Trouble.REFUSES if refuses else Trouble.WRONG

    async def _ahead(self, store: TreeStore, asked: _Asked) -> Trouble | None:
        """Not, when only the checkpoint in question is an old one."""
        latest = await store.latest()
        if latest and latest.size >= asked.size:
            return None
        asked.size = 0  # asked anew the next time: the log may have become another one
        return Trouble.AHEAD

    async def _send(
        self,
        store: TreeStore,
        witness: Witness,
        old: int,
        wanted: _Wanted,
        line: aiohttp.ClientSession,
    ) -> tuple[int, str]:
        path: list[bytes] = []
        if 0 < old < wanted.size:
            plan = consistency_plan(old, wanted.size)
            hashes = await store.hashes({node for step in plan for node in step})
            path = proof(plan, hashes.__getitem__)
        body = str(Submission(old, path, wanted.note)).encode()
        address = f"{(witness.url or '').rstrip('/')}/add-checkpoint"
        async with line.post(address, data=body, allow_redirects=False) as answer:
            told = await answer.content.read(_LARGEST)
        return answer.status, told.decode(errors="replace")

    async def _keep(
        self,
        store: TreeStore,
        name: str,
        asked: _Asked,
        wanted: _Wanted,
        body: str,
    ) -> Trouble | None:
        witness = self._policy.witnesses[name]
        signature = _signature(wanted.note, witness, body)
        if signature is None:
            return Trouble.WRONG
        asked.size = wanted.size
        wanted.by.add(name)
        wanted.is_enough = self._policy.is_met_by(wanted.by)
        await store.keep_cosignature(
            wanted.incarnation,
            wanted.size,
            signature,
            witness.key.vkey,
            is_enough=wanted.is_enough,
        )
        return None

    async def end(self) -> None:
        tasks = [asked.task for asked in self._asked.values() if asked.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._turn.end()


def _is_over(wanted: _Wanted, latest: Signed) -> bool:
    age = monotonic() - wanted.since
    if age > (_RENEWED if wanted.is_enough else _ENOUGH):
        return True
    return wanted.is_enough and (latest.size > wanted.size or wanted.note.text not in latest.note)


def _signature(note: Note, witness: Witness, body: str) -> Signature | None:
    """What of an answer is this witness's cosignature of the note."""
    try:
        answered = read_note(f"{note.text}\n{body}")
        if witness.key.cosigned_at(answered) is None:
            return None
    except (NoteIsUnsound, SignatureIsWrong):
        return None
    ours = (witness.key.name, witness.key.key_id)
    return next(it for it in answered.signatures if (it.name, it.key_id) == ours)
