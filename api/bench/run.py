"""The bench as a whole: the figures that were asked for, one after the other, each as soon as it
is measured."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final

from api.bench.answering import command_http
from api.bench.appending import append
from api.bench.asking import caseload_query
from api.bench.auditing import TreeDoesNotHold, audit
from api.bench.figures import Effort, Figure, LeftOut
from api.bench.following import follow
from api.bench.freshness import freshness
from api.bench.ground import Ground
from api.bench.history import told
from api.bench.looking_back import as_of
from api.bench.programs import ToolFailed, ToolIsMissing
from api.bench.rebuilding import ViewsDiffer, rebuild

Tell = Callable[[str], None]

_OVER_A_HISTORY: Final = {
    "follow": follow,
    "rebuild": rebuild,
    "as_of": as_of,
    "freshness": freshness,
    "command_http": command_http,  # these two last: the one writes on, the other leaves cases
    "caseload_query": caseload_query,
}
_Measuring = Callable[[Ground, Effort, Tell], Awaitable[Sequence[Figure | LeftOut]]]

_ALONE: Final[Mapping[str, _Measuring]] = {"append": append, "audit": audit}  # logs of their own
NAMES: Final = (*_ALONE, *_OVER_A_HISTORY)

_STEP: Final = 20_000  # events between two words of progress


async def measured(
    ground: Ground, names: Collection[str], effort: Effort, tell: Tell
) -> AsyncIterator[Figure | LeftOut]:
    """The figures of these names. One that cannot be measured is left out, and says why."""
    for name, measure in _ALONE.items():
        if name in names:
            for figure in await _or_left_out(name, measure(ground, effort, tell)):
                yield figure
    wanted = [name for name in _OVER_A_HISTORY if name in names]
    if not wanted:
        return
    tell(f"telling a log of {effort.events:,} events")
    async with told(ground, effort.events, _in_steps(tell)) as history:
        for name in wanted:
            measuring = _OVER_A_HISTORY[name](ground, history, effort, tell)
            for figure in await _or_left_out(name, measuring):
                yield figure


async def _or_left_out(
    name: str, measuring: Awaitable[Sequence[Figure | LeftOut]]
) -> Sequence[Figure | LeftOut]:
    try:
        return await measuring
    except (ToolIsMissing, ToolFailed, TreeDoesNotHold, ViewsDiffer) as reason:
        return [LeftOut(name=name, left_out=str(reason))]


def _in_steps(tell: Tell) -> Callable[[int], None]:
    said = 0

    def progress(events: int) -> None:
        nonlocal said
        if events >= said + _STEP:
            said = events
            tell(f"  {events:,} events")

    return progress
