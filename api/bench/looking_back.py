"""`as_of`: each list as it was at random positions, beside the same list as it is today."""

from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Final

from api.bench.figures import Effort, Figure, compared, in_turns
from api.bench.ground import Ground
from api.bench.history import SEED, History
from api.bench.programs import Request, install_wrk
from api.bench.served import LOAD, SERVED, WARM_UP, Load, served, token
from api.door.problems import BASE

_PAGE: Final = 50
_POSITIONS: Final = 200  # that are looked back to
_READER: Final = "nexus-manager"
_LISTS: Final = {
    "the caseload": f"/cases?limit={_PAGE}",
    "the inbox": f"/referrals?limit={_PAGE}",
    "the handovers": f"/handovers?direction=out&limit={_PAGE}",
    "the workload": "/workloads?",
}


async def as_of(
    ground: Ground, history: History, effort: Effort, tell: Callable[[str], None]
) -> list[Figure]:
    await install_wrk()
    async with served(ground, history, tell) as house:
        load = Load(ground, history, effort)
        tell(f"as_of: {effort.rounds} rounds of two turns for each of {len(_LISTS)} lists")
        return [
            await _figure(load, house, history, effort, name, address)
            for name, address in _LISTS.items()
        ]


async def _figure(
    load: Load, house: str, history: History, effort: Effort, name: str, address: str
) -> Figure:
    today, then = _today(history, address), _then(history, address)
    await load(house, [*today, *then], share=WARM_UP)
    past, present = await in_turns(
        effort.rounds, partial(load, house, then), partial(load, house, today)
    )
    return compared(
        "as_of",
        f"{name} at random positions",
        past,
        unit="answers/s",
        reference="the same as it is today",
        theirs=present,
        about=f"GET {address}&asOfPosition=N by a unit manager, at {_POSITIONS} positions of a log"
        f" of {history.head:,} events, each with its receipt.{SERVED} {LOAD} The reference: the"
        " same address without asOfPosition; its first page has counts, that of the past has none.",
    )


def _today(history: History, address: str) -> list[Request]:
    return [("GET", BASE + address, token(history, history.year.staff[_READER]), "")]


def _then(history: History, address: str) -> list[Request]:
    reader = token(history, history.year.staff[_READER])
    return [
        ("GET", f"{BASE}{address}&asOfPosition={position}", reader, "")
        for position in _positions(history.head)
    ]


def _positions(head: int) -> Sequence[int]:
    chosen = Random(SEED)  # noqa: S311 - positions that can be asked for again
    return [chosen.randint(1, head) for _ in range(_POSITIONS)]
