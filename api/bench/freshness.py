"""`freshness`: from a command's answer until its own writer sees it in the caseload, while commands
arrive at a fixed rate."""

from collections.abc import Callable
from functools import partial
from typing import Final

from api.bench.answering import notes
from api.bench.figures import Effort, Figure, compared, in_milliseconds, in_turns
from api.bench.ground import Ground
from api.bench.history import History
from api.bench.served import COMERS, RATE, SERVED, Comers, served
from api.door.problems import BASE

_LOOK: Final = f"{BASE}/cases?limit=1"


async def freshness(
    ground: Ground, history: History, effort: Effort, tell: Callable[[str], None]
) -> list[Figure]:
    async with served(ground, history, tell) as house:
        commands = notes(ground, history)
        tell(f"freshness: {effort.rounds} turns")
        [turns] = await in_turns(
            effort.rounds, partial(Comers(history, effort), house, commands, then=_LOOK)
        )
    return [
        compared(
            "freshness",
            f"p99 until a command is seen, {RATE} commands/s",
            in_milliseconds(turns, "seen p99"),
            unit="ms",
            reference="p99 of the commands' own answers",
            theirs=in_milliseconds(turns, "p99"),
            about=f"A note on a case,{COMERS} Each writer asks for the caseload at once"
            " with atPosition and Prefer: wait, and the time counts from the command's answer, so"
            " the reading and its receipt are in it. The reference: what the commands took, each"
            f" from its moment until its answer, which is durable.{SERVED}",
        )
    ]
