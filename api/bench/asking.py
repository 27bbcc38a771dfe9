"""`caseload_query`: the first page of a caseload as it is served, beside the bare SELECT; and what
callers wait for it, with many cases beside few."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from api.bench.figures import Effort, Figure, Turn, compared, in_milliseconds, in_turns
from api.bench.ground import Ground
from api.bench.history import History
from api.bench.multiplied import ABOUT, multiply
from api.bench.programs import Request, install_wrk, pgbench, serving_without_receipts
from api.bench.served import (
    COMERS,
    LOAD,
    RATE,
    SERVED,
    WARM_UP,
    Comers,
    Load,
    resident_megabytes,
    served,
    token,
)
from api.door.problems import BASE
from domain.policy import Viewer
from projections import access, caseload
from projections.caseload.counting import few_on_ones_side

_PAGE: Final = 50
_CLIENTS: Final = 8
_READERS: Final = 32
_FEW: Final = 1000  # cases

_PLACEHOLDER: Final = re.compile(r"\$(\d+)")
_ADDRESS: Final = f"{BASE}/cases?limit={_PAGE}"


async def caseload_query(
    ground: Ground, history: History, effort: Effort, tell: Callable[[str], None]
) -> list[Figure]:
    await install_wrk()
    async with served(ground, history, tell) as house:
        asking = _Asking(ground, history, effort, house)
        few = multiply(ground, history.schema, _FEW)
        readers = await _readers(history)
        tell(f"caseload_query: {effort.rounds} turns with {few:,} cases")
        waited_with_few = await asking.at_a_rate(readers)
        tell(f"caseload_query: making {effort.cases:,} cases")
        many = multiply(ground, history.schema, effort.cases)
        tell(f"caseload_query: {effort.rounds} turns, then rounds of two, with {many:,} cases")
        waited = await asking.at_a_rate(readers)
        asked, selected = await asking.in_turns(readers)
        tell(f"caseload_query: {effort.rounds} turns with and without receipts")
        receipted, unreceipted = await asking.with_and_without_receipts(readers)
        memory = await resident_megabytes(house)
    return [
        compared(
            "caseload_query",
            f"first page of {_PAGE} of {many:,} cases, receipts on",
            asked,
            unit="answers/s",
            reference=f"pgbench {_CLIENTS} clients, the same SELECT",
            theirs=selected,
            about=f"GET /cases?limit={_PAGE} by {len(readers)} case workers and managers in turn:"
            " who asks, the page, the counts of the whole caseload, and a receipt that is durable"
            f" before the answer leaves and is followed meanwhile.{SERVED}{ABOUT} {LOAD} At the end"
            f" the server's process had {memory} MB of memory. The reference: pgbench in a process"
            f" of its own, {_CLIENTS} clients, -M prepared, the page's SELECT alone as the house"
            " sends it, for the same readers, in sessions with the same options; no counts, no"
            " receipt, no JSON.",
        ),
        compared(
            "caseload_query",
            f"the same, {_READERS} connections",
            receipted,
            unit="answers/s",
            reference="without receipts",
            theirs=unreceipted,
            about=f"The same question over {_READERS} connections. The reference: the same house in"
            " a process of its own that writes no receipt, which only the bench has; it stands by"
            " while the other one follows the views.",
        ),
        compared(
            "caseload_query",
            f"p99 at {RATE} requests/s, {many:,} cases",
            in_milliseconds(waited, "p99"),
            unit="ms",
            reference=f"the same, {few:,} cases",
            theirs=in_milliseconds(waited_with_few, "p99"),
            about=f"The same question by the same readers,{COMERS} The reference was measured"
            " before the cases were multiplied, on the same server.",
        ),
    ]


class _Asking:
    """The turns that are taken."""

    def __init__(self, ground: Ground, history: History, effort: Effort, house: str) -> None:
        self._ground = ground
        self._history = history
        self._effort = effort
        self._house = house
        self._load = Load(ground, history, effort)

    async def in_turns(self, readers: Sequence[Viewer]) -> list[list[Turn]]:
        return await in_turns(
            self._effort.rounds,
            partial(self._load, self._house, self._requests(readers)),
            await self._selecting(readers),
        )

    async def with_and_without_receipts(self, readers: Sequence[Viewer]) -> list[list[Turn]]:
        pages = self._requests(readers)
        load = partial(self._load, requests=pages, connections=_READERS)
        async with serving_without_receipts(self._ground, self._history.schema) as other:
            for house in (self._house, other):
                await load(house, share=WARM_UP)
            sides = (partial(load, house) for house in (self._house, other))
            return await in_turns(self._effort.rounds, *sides)

    async def at_a_rate(self, readers: Sequence[Viewer]) -> list[Turn]:
        pages = self._requests(readers)
        await self._load(self._house, pages, share=WARM_UP)
        comers = partial(Comers(self._history, self._effort), self._house, pages)
        [turns] = await in_turns(self._effort.rounds, comers)
        return turns

    async def _selecting(self, readers: Sequence[Viewer]) -> Callable[[], Any]:
        ask, schema = self._history.rooms.house.views.ask, self._history.schema
        selects = [_select(schema, it, few=await ask(few_on_ones_side, it)) for it in readers]
        return partial(
            pgbench,
            self._ground,
            *(one.script for one in selects),
            clients=_CLIENTS,
            seconds=self._effort.seconds,
            variables={name: value for one in selects for name, value in one.variables.items()},
            options=await ask(_options),
        )

    def _requests(self, readers: Sequence[Viewer]) -> list[Request]:
        return [("GET", _ADDRESS, token(self._history, reader.staff), "") for reader in readers]


async def _readers(history: History) -> list[Viewer]:
    """Those of the pilot year whose first page is full."""
    ask = history.rooms.house.views.ask
    now = history.rooms.house.desk.clock.now()
    known = await ask(access.viewers, list(history.year.staff.values()), now)
    return [
        viewer
        for viewer in known.values()
        if len((await ask(caseload.page, viewer, limit=_PAGE)).lines) == _PAGE
    ]


# --- the same SELECT ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Select:
    """A SELECT as the house sends it, in pgbench's spelling."""

    script: str
    variables: Mapping[str, str]


def _select(schema: str, reader: Viewer, *, few: bool) -> _Select:
    """Of one reader; the names of its variables are nobody else's."""
    statement = caseload.page_statement(schema, reader, few=few)
    if statement is None:
        raise LookupError("there is no such page")
    told = caseload.page_parameters(reader, limit=_PAGE)
    names = [f"{name}_{reader.staff.hex}" for name in statement.names]
    spelled = _PLACEHOLDER.sub(lambda it: f":{names[int(it[1]) - 1]}", statement.text.decode())
    return _Select(
        script=f"{spelled}::bigint;\n",  # pgbench reads on past a variable that ends a statement
        variables={name: str(told[of]) for name, of in zip(names, statement.names, strict=True)},
    )


async def _options(connection: Any, _: str) -> str:
    """Those of the house's sessions."""
    return str(connection.info.get_parameters().get("options", ""))
