"""`freshness`: from a command's answer until its own writer sees it in the caseload, while commands
arrive at a fixed rate."""

from collections.abc import Callable, Sequence
from typing import Final

from api.bench.answering import notes
from api.bench.figures import Effort, Figure, Turn, compared, in_turns
from api.bench.ground import Ground
from api.bench.history import History
from api.bench.programs import arriving
from api.bench.served import SERVED, served
from api.door.problems import BASE

_RATE: Final = 200  # commands a second
_LOOK: Final = f"{BASE}/cases?limit=1"


async def freshness(
    ground: Ground, history: History, effort: Effort, tell: Callable[[str], None]
) -> list[Figure]:
    async with served(ground, history, tell) as house:
        commands = notes(ground, history)

        async def turn() -> Turn:
            return await arriving(
                house,
                commands,
                rate=_RATE,
                seconds=effort.seconds,
                run=history.rooms.house.desk.ids.new(),
                then=_LOOK,
            )

        tell(f"freshness: {effort.rounds} turns")
        [turns] = await in_turns(effort.rounds, turn)
    return [
        compared(
            "freshness",
            f"p99 until a command is seen, {_RATE} commands/s",
            _milliseconds(turns, "seen p99"),
            unit="ms",
            reference="p99 of the commands' own answers",
            theirs=_milliseconds(turns, "p99"),
            about=f"A note on a case, {_RATE} times a second at fixed moments, by a client of ours"
            " (aiohttp, uvloop) in a process of its own; each writer asks for the caseload at once"
            " with atPosition and Prefer: wait, and the time counts from the command's answer, so"
            " the reading and its receipt are in it. The reference: what the commands took, each"
            f" from its moment until its answer, which is durable.{SERVED}",
        )
    ]


def _milliseconds(turns: Sequence[Turn], which: str) -> list[Turn]:
    """What counts is not how many, but how long."""
    return [
        Turn(rate=turn.milliseconds[which], milliseconds=turn.milliseconds)
        for turn in turns
        if turn.milliseconds
    ]
