"""A log that was restored from a backup, and so has lost what came after it, is declared to be
another incarnation: its tree goes on under a name of its own, and says what was lost.

Only its owner declares that; what serves meanwhile finds the tree grown, and takes up the new name.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import psycopg

from api.runtime.audit.audit_logs import AuditLogs
from api.runtime.audit.sealing import MOST, Signers, edge_of, known_as
from api.runtime.audit.tree_store import TreeStore
from api.runtime.postgres.database import session_url, statement
from api.tree.checkpoints import Checkpoint
from api.tree.incarnations import Restored, name_of
from api.tree.merkle import EMPTY, covering, root
from api.tree.notes import Note
from api.tree.tiles import Edge, Tile


class NothingIsLost(Exception):
    """Both logs still contain every checkpoint that is known: nothing that was ever told to anybody
    is lost, and they go on as they are. Name the checkpoints that others have kept (--kept), or a
    witness's; where nobody has any, --although-unknown declares the restore all the same."""


class LogMoved(Exception):
    """Somebody seals meanwhile: stop whatever serves this log, and declare the restore then."""


@dataclass(frozen=True, slots=True)
class _Tree:
    """One log's tree as the backup left it, and grown up to the log's last row."""

    incarnation: int
    sealed: int
    edge: Edge
    tiles: dict[Tile, bytes]
    proven: Checkpoint  # up to where it is what was signed before
    known: Checkpoint  # the last that anybody knows
    known_note: str

    @property
    def lost_something(self) -> bool:
        return self.known.size > self.proven.size


async def declare(
    logs: AuditLogs,
    signers: Signers,
    owner_url: str,
    schema: str,
    kept: Collection[str],
    *,
    although_unknown: bool = False,
) -> dict[str, Restored]:
    """Both logs go on as new incarnations: they were restored together. Raises NothingIsLost,
    LogMoved, TreeIsDamaged, RowsAreMissing, LogUnavailable, KeyringIsUnusable."""
    trees = {
        log: await _tree(store, signers, logs.origin(log), kept)
        for log, store in logs.stores.items()
    }
    if not any(tree.lost_something for tree in trees.values()) and not although_unknown:
        raise NothingIsLost
    declared = {}
    here = session_url(owner_url, name="samordna restored")
    async with await psycopg.AsyncConnection.connect(here) as owner:
        for log, tree in trees.items():
            restored = _restored(tree)
            note = _signed(tree.edge, restored, signers, logs.origin(log))
            if not await _declare(owner, schema, log, tree, restored, note):
                raise LogMoved  # and nothing of this is kept
            declared[log] = restored
    return declared


async def _tree(store: TreeStore, signers: Signers, origin: str, kept: Collection[str]) -> _Tree:
    incarnation, latest = await store.incarnation(), await store.latest()
    name = name_of(origin, incarnation.number)
    keys = [signer.verifier for signer in signers(name)]
    edge, head = await edge_of(store, latest), await store.head()
    notes = [*kept, latest.note] if latest else kept
    known = {note: found for note in notes if (found := known_as(note, name, keys))}
    last_note, last = max(known.items(), key=lambda it: it[1].size, default=("", _nothing(name)))
    sealed, tiles, roots = edge.size, dict[Tile, bytes](), {edge.size: edge.root}
    for end in sorted({it.size for it in known.values() if sealed < it.size <= head} | {head}):
        while edge.size < end:
            tiles |= edge.grow(await store.leaves(edge.size, min(end, edge.size + MOST)))
        roots[end] = edge.root
    for it in known.values():
        if it.size < sealed:
            hashes = await store.hashes(covering(0, it.size))
            roots[it.size] = root(it.size, hashes.__getitem__)
    proven = _proven(known.values(), roots, sealed, _nothing(name))
    return _Tree(incarnation.number, sealed, edge, tiles, proven, last, last_note)


def _proven(
    known: Collection[Checkpoint], roots: Mapping[int, bytes], sealed: int, nothing: Checkpoint
) -> Checkpoint:
    """Up to where the log is what was signed: what others know of it, and what it had sealed itself
    where nobody knows otherwise."""
    wrong = min((it.size for it in known if roots.get(it.size) != it.root), default=None)
    own = replace(nothing, size=sealed, root=roots[sealed])
    return max(
        (it for it in (nothing, own, *known) if wrong is None or it.size < wrong),
        key=lambda it: (it.size, it.size in roots),
    )


def _nothing(name: str) -> Checkpoint:
    return Checkpoint(name, 0, EMPTY)


def _restored(tree: _Tree) -> Restored:
    return Restored(
        incarnation=tree.incarnation + 1,
        size=tree.proven.size,
        root=tree.proven.root,
        known_size=tree.known.size,
        known_root=tree.known.root,
    )


def _signed(edge: Edge, restored: Restored, signers: Signers, origin: str) -> Note:
    """The first checkpoint of the new incarnation: all that is there."""
    name = name_of(origin, restored.incarnation)
    *_, newest = signers(name)
    text = Checkpoint(name, edge.size, edge.root, (restored.line,)).text
    return Note(text, [newest.signature(text)])


async def _declare(
    owner: psycopg.AsyncConnection[Sequence[bool]],
    schema: str,
    log: str,
    tree: _Tree,
    restored: Restored,
    note: Note,
) -> bool:
    columns = {
        "tree": log,
        "incarnation": tree.incarnation,
        "old_size": tree.sealed,
        "new_size": tree.edge.size,
        "levels": [tile.level for tile in tree.tiles],
        "numbers": [tile.number for tile in tree.tiles],
        "tiles": list(tree.tiles.values()),
        "note": str(note),
        "restored": restored.line,
        "last_known": tree.known_note,
    }
    asked = await owner.execute(statement("declare_incarnation", schema), columns)
    row = await asked.fetchone()
    return bool(row and row[0])
