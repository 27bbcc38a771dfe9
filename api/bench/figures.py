"""What the bench measures: a figure of ours, its reference from the same run, and their ratio.

Both sides take turns, round after round, so that whatever else the machine does meets both; what
counts is the median.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import msgspec

Spread = tuple[float, float]  # the least and the most of all rounds


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How long to measure: the more, the less the spread."""

    events: int = 100_000  # in the log that is followed, rebuilt and asked
    leaves: int | None = None  # of the audit log's tree; by default as many as events
    cases: int = 10_000  # whose caseload is asked for
    rounds: int = 3
    seconds: float = 3.0  # of each turn that is measured by time


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One side's turn: so many a second, and how long one of them took."""

    rate: float  # or whatever else the figure's unit is
    milliseconds: Mapping[str, float] | None = None  # p50; p99 where nobody waits for others


Side = Callable[[], Awaitable[Turn]]


async def in_turns(rounds: int, *sides: Side) -> list[list[Turn]]:
    """Each side's turns: A B A B ..."""
    turns: list[list[Turn]] = [[] for _ in sides]
    for _ in range(rounds):
        for side, taken in zip(sides, turns, strict=True):
            taken.append(await side())
    return turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    name: str
    what: str
    value: float
    unit: str
    reference: str
    reference_value: float
    ratio: float
    spread: Mapping[str, Spread]
    milliseconds: Mapping[str, float] | None
    about: str  # what was measured, and what exactly the reference is


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A figure that could not be measured, and why."""

    name: str
    left_out: str


def compared(
    name: str,
    what: str,
    ours: Sequence[Turn],
    *,
    unit: str,
    reference: str,
    theirs: Sequence[Turn],
    about: str,
) -> Figure:
    values, references = [turn.rate for turn in ours], [turn.rate for turn in theirs]
    ratios = [value / other for value, other in zip(values, references, strict=True)]
    value, reference_value = median(values), median(references)
    return Figure(
        name=name,
        what=what,
        value=_short(value),
        unit=unit,
        reference=reference,
        reference_value=_short(reference_value),
        ratio=_short(value / reference_value),
        spread={
            "value": _spread(values),
            "reference_value": _spread(references),
            "ratio": _spread(ratios),
        },
        milliseconds=_milliseconds(ours),
        about=about,
    )


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """In milliseconds, of callers who came at a fixed rate. (A closed loop tells no p99: it asks
    less while it is answered slowly.)"""
    ordered = sorted(seconds)
    return {f"p{percent}": ordered[len(ordered) * percent // 100] * 1000 for percent in (50, 99)}


def in_milliseconds(turns: Sequence[Turn], which: str) -> list[Turn]:
    """What counts is not how many, but how long."""
    return [
        Turn(rate=turn.milliseconds[which], milliseconds=turn.milliseconds)
        for turn in turns
        if turn.milliseconds
    ]


def encoded(figure: Figure | LeftOut) -> str:
    return msgspec.json.encode(figure).decode()


def _milliseconds(turns: Sequence[Turn]) -> dict[str, float] | None:
    """The median of what the turns say."""
    told = [turn.milliseconds for turn in turns if turn.milliseconds]
    if not told:
        return None
    return {name: _short(median(one[name] for one in told)) for name in told[0]}


def _spread(values: Sequence[float]) -> Spread:
    return _short(min(values)), _short(max(values))


def _short(value: float) -> float:
    return float(f"{value:.4g}")
