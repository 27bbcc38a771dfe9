"""Verification: everything is recomputed, nothing is believed, and the first wrong entry is named.

Whatever does not fit is a finding. A log verifies only when there is none, up to its end: what no
checkpoint covers is a finding, too, unless it is younger than a sealer needs.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from api.tree.checkpoints import Checkpoint
from api.tree.evidence import Evidence, Finding, Leaf, Tail, Verdict, Wrong
from api.tree.history import read_history
from api.tree.merkle import (
    HASH,
    Node,
    ProofIsWrong,
    covering,
    inclusion_plan,
    proof,
    root,
    verify_inclusion,
)
from api.tree.notes import Verifier
from api.tree.policies import NOBODY, Policy
from api.tree.tiles import WIDTH, Edge, Tile, hash_in, tiles_of

TAIL: Final = timedelta(seconds=10)
"""How old a row may be that no checkpoint covers yet."""

UNSEEN: Final = timedelta(seconds=60)
"""How old a row may be that not enough witnesses have seen yet, where a policy asks for them."""

_STRIDE: Final = 16_384  # leaves
_EVENTS: Final = "events "
_NAMED: Final = re.compile(r"events (0|[1-9][0-9]{0,17}) ([0-9a-f]{64})")
_NONE: Final = Leaf(0, b"", b"")


def verify(
    evidence: Evidence,
    *,
    origin: str,
    trusted: Collection[Verifier],
    now: datetime,
    stopped: bool = False,
    kept: Collection[str] = (),
    events: Callable[[int], bytes | None] | None = None,
    policy: Policy = NOBODY,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Verdict:
    """`trusted` are the keys that the auditor knows the log by; a checkpoint that one of them has
    signed together with a new one passes the trust on. `kept` are checkpoints that somebody else
    has kept: the log must still contain them. `events` tells the root of the events' tree at a
    size, since the receipts' checkpoints name it. `policy` says who must have cosigned. Of a log
    that is `stopped` nothing may be unsealed. `progress` hears how many rows of how many are
    verified."""
    verdict = Verdict(origin)
    known = verdict.checkpoints = read_history(evidence.notes(), kept, verdict, trusted, policy)
    if events is not None:
        _name_events(verdict, events)
    head, sealed = evidence.head(), max(known, default=0)
    if evidence.size() != sealed:
        verdict.findings.append(Finding(Wrong.SIZE_WRONG, evidence.size()))
    if head and evidence.first() != 1:
        verdict.findings.append(Finding(Wrong.HEAD_WRONG, evidence.first(), "the first row"))
    if (there := min(head, evidence.size()) if kept else head) < sealed:
        verdict.findings.append(Finding(Wrong.ROLLED_BACK, there + 1, f"signed: {sealed}"))
    if _rows_fit(evidence, verdict, known, progress):
        verdict.size = sealed
    _tail_fits(verdict, evidence.tail(sealed), sealed, head, now=None if stopped else now)
    if policy.quorum is not None:
        _witnesses_follow(evidence, verdict, sealed, now)
    return verdict


def _witnesses_follow(evidence: Evidence, verdict: Verdict, sealed: int, now: datetime) -> None:
    """What is older than a witness needs has been seen by enough of them."""
    unseen = evidence.tail(verdict.cosigned)
    is_late = unseen is not None and now - unseen.oldest > UNSEEN
    if is_late or (sealed and not verdict.cosigned):
        verdict.findings.append(Finding(Wrong.NOT_COSIGNED, verdict.cosigned + 1))


def _tail_fits(
    verdict: Verdict, tail: Tail | None, sealed: int, head: int, *, now: datetime | None
) -> None:
    rows, last = (tail.rows, tail.last) if tail else (0, sealed)
    if (rows, last) != (max(0, head - sealed), max(head, sealed)):
        verdict.findings.append(Finding(Wrong.HEAD_WRONG, sealed + 1, f"head: {head}"))
    if tail and (now is None or now - tail.oldest > TAIL):
        what = Wrong.UNSEALED if sealed else Wrong.CHECKPOINT_MISSING
        verdict.findings.append(Finding(what, sealed + 1))


def root_at(evidence: Evidence, size: int) -> bytes | None:
    """The root that a verified tree had at a size; none, when it has not come so far."""
    try:
        return root(size, _hashes(evidence, covering(0, size)).__getitem__)
    except KeyError:
        return None


# --- what the receipts' checkpoints say of the events ------------------------------------------


def _name_events(verdict: Verdict, events: Callable[[int], bytes | None]) -> None:
    """What each checkpoint of the receipts says of the events is what the events' tree says."""
    for checkpoint in verdict.checkpoints.values():
        for line in checkpoint.more:
            if not line.startswith(_EVENTS):
                continue
            named = named_events(line)
            if named is None or events(named.size) != named.root:
                verdict.findings.append(Finding(Wrong.EVENTS_DIFFER, checkpoint.size, line))


class Named(NamedTuple):
    size: int
    root: bytes


def events_line(size: int, root: bytes) -> str:
    """The line by which the receipts' checkpoint names the latest of the events'."""
    return f"events {size} {root.hex()}"


def named_events(line: str) -> Named | None:
    found = _NAMED.fullmatch(line)
    return Named(int(found[1]), bytes.fromhex(found[2])) if found else None


# --- the rows, the tiles, and the roots that were signed ----------------------------------------


def _rows_fit(
    evidence: Evidence,
    verdict: Verdict,
    known: Mapping[int, Checkpoint],
    progress: Callable[[int, int], None],
) -> bool:
    """Whether all rows up to the latest checkpoint are those that were sealed; ends at the first
    that is not."""
    sealed = min(max(known, default=0), evidence.head())
    ends = sorted({*known, *range(_STRIDE, sealed, _STRIDE), sealed})
    edge, before, moment = Edge(), 0, b""
    for first, last in pairwise([0, *(end for end in ends if 0 < end <= sealed)]):
        found = _following(evidence, first, last, moment)
        grown, moment = edge.grow(b"".join(found.leaves)), found.moment
        stored = evidence.tiles(list(grown))
        for tile, hashes in sorted(grown.items()):
            kept = stored.get(tile, b"")
            if kept[: len(hashes)] != hashes:
                verdict.findings.append(_named(evidence, known, tile, hashes, kept))
                return False
        verdict.findings += found.findings
        if len(found.leaves) < last - first:
            return False
        progress(last, sealed)
        if last in known:
            if known[last].root != edge.root:
                where = f"signed after position {before}"
                verdict.findings.append(Finding(Wrong.CHECKPOINT_FORKED, before + 1, where))
                return False
            before = last
    return edge.size < max(known, default=0) or _nothing_more(evidence, verdict, edge)


class _Following(NamedTuple):
    leaves: list[bytes]
    moment: bytes  # when the last of them was recorded
    findings: list[Finding]


def _following(evidence: Evidence, first: int, last: int, moment: bytes) -> _Following:
    """The leaves of positions first + 1 .. last; fewer, and a finding, where they do not follow
    each other."""
    hashes, findings, rows = list[bytes](), list[Finding](), iter(evidence.leaves(first, last))
    for expected in range(first + 1, last + 1):
        position, recorded_at, leaf = next(rows, _NONE)
        if position != expected:
            is_gap = position == 0 or position > expected
            findings.append(Finding(Wrong.ROWS_MISSING if is_gap else Wrong.ROW_EXCESS, expected))
            break
        hashes.append(leaf)
        if recorded_at < moment:
            findings.append(Finding(Wrong.BACKDATED, position))
        moment = recorded_at
    return _Following(hashes, moment, findings)


def _named(
    evidence: Evidence, known: Mapping[int, Checkpoint], tile: Tile, made: bytes, kept: bytes
) -> Finding:
    """What is wrong, where a tile is not what the rows make of it."""
    place = tile.path(WIDTH)
    at = next((n for n in range(0, len(made), HASH) if made[n : n + HASH] != kept[n : n + HASH]), 0)
    if tile.level:
        leaves = 1 << 8 * tile.level
        first = (tile.number * WIDTH + at // HASH) * leaves + 1
        what = Wrong.TILE_MISSING if len(kept) < len(made) else Wrong.NODE_CHANGED
        return Finding(what, first, place)
    index = tile.number * WIDTH + at // HASH
    if len(kept) < at + HASH:
        return Finding(Wrong.TILE_MISSING, index + 1, place)
    if _is_sealed(evidence, known, index, kept[at : at + HASH]):
        return Finding(Wrong.ROW_CHANGED, index + 1)
    if _is_sealed(evidence, known, index, made[at : at + HASH]):
        return Finding(Wrong.TILE_CHANGED, index + 1, place)
    return Finding(Wrong.BOTH_CHANGED, index + 1, place)


def _is_sealed(
    evidence: Evidence, known: Mapping[int, Checkpoint], index: int, leaf: bytes
) -> bool:
    """Whether the leaf leads, through the tiles, to the root of a checkpoint that covers it."""
    latest = known[max(known)]
    plan = inclusion_plan(index, latest.size)
    nodes = {node for step in plan for node in step}
    try:
        path = proof(plan, _hashes(evidence, nodes).__getitem__)
        verify_inclusion(leaf, index, latest.size, path, latest.root)
    except (KeyError, ProofIsWrong):
        return False
    return True


def _hashes(evidence: Evidence, nodes: Collection[Node]) -> dict[Node, bytes]:
    tiles = evidence.tiles(tiles_of(nodes))
    return {node: hash_in(tiles, node) for node in nodes}


def _nothing_more(evidence: Evidence, verdict: Verdict, edge: Edge) -> bool:
    """Whether no tile goes on behind the tree's right edge."""
    wanted = {*Edge.tiles(edge.size), Tile(len(Edge.tiles(edge.size)), 0)}
    for tile, kept in sorted(evidence.tiles(wanted).items()):
        if len(kept) > tile.width(edge.size) * HASH:
            place = tile.path(WIDTH)
            verdict.findings.append(Finding(Wrong.TILE_EXCESS, edge.size + 1, place))
            return False
    return True
