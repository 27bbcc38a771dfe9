"""The sealer: hashes what was committed into the trees, and signs what they have become.

Each process of each server may seal. A growth counts only from the size that the tree still has, so
whoever was slower, paused or started twice has worked in vain, and no two checkpoints of one size
are ever kept. What was signed and not kept is told to nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from api.house import Signed
from api.runtime.audit.tree_store import Growth, Incarnation, TreeStore
from api.runtime.clock import SystemClock
from api.runtime.log.changes import Changes
from api.runtime.rounds import Rounds
from api.tree.checkpoints import Checkpoint, read_checkpoint
from api.tree.history import key_line
from api.tree.incarnations import name_of
from api.tree.merkle import covering, root
from api.tree.notes import (
    Note,
    NoteIsUnsound,
    SignatureIsMissing,
    SignatureIsWrong,
    Signer,
    Verifier,
    read_note,
    signed_by_any,
)
from api.tree.tiles import Edge

MOST: Final = 16_384  # leaves at a time
_EVERY: Final = 0.4  # seconds between two checkpoints
_STAND_BY: Final = 0.8  # and while another process signs them
_AGAIN: Final = 1.0  # seconds, when a server was away
_ELSEWHERE: Final = 3.0  # seconds to look at what others have kept
_LOOK: Final = 1.0  # seconds between two looks where nothing is told to have moved

Signers = Callable[[str], Sequence[Signer]]
"""The keys that sign in the name of an origin, newest last. Raises KeyringIsUnusable."""


class TreeIsDamaged(Exception):
    """The tiles are not what the latest checkpoint was signed over. Nothing is signed until they
    are: run `samordna verify`, which names what is wrong."""


class LogWasRolledBack(Exception):
    """More was signed than the log has, or other rows: an older backup was restored. Nothing is
    signed until somebody says so: `samordna restored`."""


class Sealer:
    """One tree's. `more` are the lines that its checkpoints say besides; `elsewhere` the latest
    checkpoint that others have kept."""

    def __init__(
        self,
        store: TreeStore,
        changes: Changes,
        signers: Signers,
        *,
        origin: str,
        more: Callable[[], Awaitable[Sequence[str]]] | None = None,
        elsewhere: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.log = store.name
        self.rounds = Rounds(f"sealing {store.name}", every=_EVERY, again=_AGAIN)
        self.size = 0  # of the latest checkpoint that this process knows of
        self.signed_at = 0.0  # Unix seconds, when that was
        self.sealed = 0  # leaves, by this process
        self._store = store
        self._changes = changes
        self._signers = signers
        self._origin = origin
        self._more = more
        self._elsewhere = elsewhere
        self.was_rolled_back = False
        self._incarnation = Incarnation(1, None)
        self._edge: Edge | None = None
        self._latest: str | None = None

    async def run(self) -> None:
        """Until cancelled."""
        await self.rounds.keep(self._round)

    @property
    def unsealed(self) -> int:
        """Leaves that no checkpoint covers, as far as this process knows."""
        return max(0, self._changes.position - self.size)

    async def _round(self) -> None:
        await self._changes.wait(self.size, _LOOK)
        before = self.sealed
        await self.catch_up()
        if self.sealed == before and self._changes.position > self.size:
            await asyncio.sleep(_STAND_BY - _EVERY)

    async def catch_up(self) -> None:
        """Seal whatever is in the log by now.

        Raises LogUnavailable, RowsAreMissing, TreeIsDamaged, LogWasRolledBack, KeyringIsUnusable.
        """
        head = await self._store.head()
        while (edge := self._edge or await self._load()).size < head:
            self._edge = None  # until what it grows by is kept
            old = edge.size
            tiles = edge.grow(await self._store.leaves(old, min(head, old + MOST)))
            note = self._signed(edge, await self._more() if self._more else ())
            growth = Growth(
                incarnation=self._incarnation.number,
                old_size=old,
                new_size=edge.size,
                tiles=tiles,
                note=str(note),
            )
            if await self._store.seal(growth):
                self._edge, self.size, self._latest = edge, edge.size, str(note)
                self.sealed += edge.size - old
                self.signed_at = SystemClock().now().timestamp()
        self._edge = edge

    async def _load(self) -> Edge:
        self._incarnation = await self._store.incarnation()
        latest = await self._store.latest()
        self.size, self._latest = (latest.size, latest.note) if latest else (0, None)
        self.signed_at = latest.at.timestamp() if latest else 0.0
        edge = await edge_of(self._store, latest)
        self.was_rolled_back = not await self._contains(await self._known_elsewhere())
        if self.was_rolled_back:
            raise LogWasRolledBack
        return edge

    async def _known_elsewhere(self) -> str | None:
        """Nothing, while that place is away: sealing waits for no other machine."""
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_ELSEWHERE):
                return await asyncio.to_thread(self._elsewhere)
        return None

    async def _contains(self, note: str | None) -> bool:
        """Whether the log is what others have kept of it, grown."""
        origin = name_of(self._origin, self._incarnation.number)
        known = known_as(note, origin, [it.verifier for it in self._signers(origin)])
        if known is None or known.size > await self._store.head():
            return known is None
        if known.size > self.size:
            grown = await self._store.edge(self.size)
            while grown.size < known.size:
                until = min(known.size, grown.size + MOST)
                grown.grow(await self._store.leaves(grown.size, until))
            return grown.root == known.root
        hashes = await self._store.hashes(covering(0, known.size))
        return root(known.size, hashes.__getitem__) == known.root

    def _signed(self, edge: Edge, more: Sequence[str]) -> Note:
        """By the newest key; the first time, together with the one that signed before, which so
        names it: who trusts the old one learns to trust the new one."""
        origin = name_of(self._origin, self._incarnation.number)
        if self._incarnation.restored:
            more = [self._incarnation.restored, *more]
        *older, newest = self._signers(origin)
        signing = [newest]
        last = read_note(self._latest) if self._latest else None
        if last and not newest.verifier.has_signed(last):
            signing += [signer for signer in older if signer.verifier.has_signed(last)]
            more = [*more, key_line(newest.verifier)]
        text = Checkpoint(origin, edge.size, edge.root, tuple(more)).text
        return Note(text, [signer.signature(text) for signer in signing])


async def edge_of(store: TreeStore, latest: Signed | None) -> Edge:
    """The right edge of the tree that was signed last. Raises TreeIsDamaged."""
    edge = await store.edge(latest.size if latest else 0)
    if latest and read_checkpoint(read_note(latest.note).text).root != edge.root:
        raise TreeIsDamaged
    return edge


def known_as(note: str | None, origin: str, keys: Sequence[Verifier]) -> Checkpoint | None:
    """What a kept note says of a log of ours; none, where it is not ours or no note."""
    try:
        read = read_note(note or "")
        checkpoint = read_checkpoint(read.text)
        signed_by_any(read, keys)
    except (NoteIsUnsound, SignatureIsMissing, SignatureIsWrong):
        return None
    return checkpoint if checkpoint.origin == origin else None
