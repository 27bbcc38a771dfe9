"""`command_http` and `caseload_query`: the served house under load, beside a server that answers
nothing, and beside the bare SELECT."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

import aiohttp
import psycopg

from api.bench.figures import Effort, Figure, Turn, compared, in_turns
from api.bench.ground import Ground
from api.bench.history import History
from api.bench.programs import Request, answering_nothing, install_wrk, pgbench, serving, wrk
from api.door.problems import BASE
from api.runtime.clock import SystemClock
from api.runtime.wiring import local_issuer
from projections import access, caseload

_CONNECTIONS: Final = 64
_CLIENTS: Final = 8
_PAGE: Final = 50
_POSITIONS: Final = re.compile(r"^samordna_view_position\S+ (\S+)$", re.MULTILINE)

_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s")

_OPEN_CASES: Final = """
SELECT "case", workers[1] FROM {}.caseload
WHERE status = 'open' AND workers <> '{{}}' ORDER BY "case" LIMIT 2000
"""
_READER: Final = "nexus-worker"
_SENDER: Final = "police"
_LOOK: Final = 0.2  # seconds between two looks at how far the views have come
_WARM_UP: Final = 0.3  # of a turn

_NOTHING: Final[Sequence[Request]] = [("GET", "/", "", "")]
_NOTE: Final = "Samtal på mottagningen. Beskriver en lugnare vecka. Ny tid om en vecka."
_REFERRAL: Final[dict[str, Any]] = {
    "source": "police",
    "channel": "secure-message",
    "concern": "prostitution",
    "account": "Anträffad vid en insats. Vill ha kontakt och hjälp att komma vidare.",
    "person": {"role": "exposed", "age": "adult", "residence": "belongs-here"},
}

_LOAD: Final = (
    f"wrk, in a process of its own: one thread, {_CONNECTIONS} connections, closed loop; every"
    " answer had to be 2xx."
)
_SERVED: Final = (
    " The house is `samordna serve` as it is installed: one process with uvloop, following all its"
    " views (analyzed) meanwhile; tokens are verified once and remembered by the server's own rule."
)


async def command_http(
    ground: Ground, history: History, effort: Effort, tell: Callable[[str], None]
) -> list[Figure]:
    await install_wrk()
    async with _served(ground, history, tell) as house, answering_nothing() as nothing:
        load = _Load(ground, history, effort)
        notes, referrals = _notes(ground, history), _referrals(history)
        tell(f"command_http: {effort.rounds} rounds of three turns")
        await load(house, notes, share=_WARM_UP)
        noted, sent, empty = await in_turns(
            effort.rounds,
            partial(load, house, notes),
            partial(load, house, referrals),
            partial(load, nothing, _NOTHING),
        )
    figure = partial(
        compared, "command_http", unit="commands/s", reference="aiohttp empty answer", theirs=empty
    )
    reference = (
        " The reference: aiohttp with an empty JSON answer to a GET, in one process with uvloop,"
        " served like the house, under the same load. " + _LOAD
    )
    return [
        figure(
            "a note on a case",
            noted,
            about="POST /cases/{caseId}/notes, the commonest command of a year by far: the case"
            " and its author read from the log and opened, policy, decision, the note sealed and"
            f" appended, answered when it is durable; by their case workers, on {len(notes):,}"
            f" cases as a year has left them.{_SERVED}{reference}",
        ),
        figure(
            "a referral of somebody new",
            sent,
            about="POST /referrals: routed, a person and a referral with keys of their own made in"
            f" the vault and sealed, three facts appended.{_SERVED}{reference}",
        ),
    ]


async def caseload_query(
    ground: Ground, history: History, effort: Effort, tell: Callable[[str], None]
) -> list[Figure]:
    await install_wrk()
    async with _served(ground, history, tell) as house:
        load = _Load(ground, history, effort)
        lines = ground.ask("SELECT count(*) FROM {}.caseload", history.schema)[0][0]
        select = await _page(history)
        page: list[Request] = [
            ("GET", f"{BASE}/cases?limit={_PAGE}", _token(history, history.year.staff[_READER]), "")
        ]
        tell(f"caseload_query: {effort.rounds} rounds of two turns")
        await load(house, page, share=_WARM_UP)
        asked, selected = await in_turns(
            effort.rounds,
            partial(load, house, page),
            partial(
                pgbench,
                ground,
                select.script,
                clients=_CLIENTS,
                seconds=effort.seconds,
                variables=select.variables,
                options=select.options,
            ),
        )
    return [
        compared(
            "caseload_query",
            f"first page of {_PAGE} of {lines:,} cases, receipts on",
            asked,
            unit="answers/s",
            reference=f"pgbench {_CLIENTS} clients, the same SELECT",
            theirs=selected,
            about=f"GET /cases?limit={_PAGE} by a case worker: who asks, the page, the counts of"
            f" the whole caseload, and a receipt that is durable before the answer leaves.{_SERVED}"
            f" {_LOAD} The reference: pgbench in a process of its own, {_CLIENTS} clients, -M"
            " prepared, the page's SELECT alone as the house sends it, with the same parameters in"
            " sessions with the same options; no counts, no receipt, no JSON.",
        )
    ]


class _Load:
    """The same load on whatever serves."""

    def __init__(self, ground: Ground, history: History, effort: Effort) -> None:
        self._ground = ground
        self._ids = history.rooms.house.desk.ids
        self._seconds = effort.seconds

    async def __call__(
        self, address: str, requests: Sequence[Request], *, share: float = 1.0
    ) -> Turn:
        return await wrk(
            self._ground,
            address,
            requests,
            connections=_CONNECTIONS,
            seconds=self._seconds * share,
            run=self._ids.new(),
        )


@asynccontextmanager
async def _served(
    ground: Ground, history: History, tell: Callable[[str], None]
) -> AsyncIterator[str]:
    """The house, served when all its views are level with the log."""
    async with serving(ground, history.schema) as address, aiohttp.ClientSession() as session:
        tell("the server follows all its views to the end of the log")
        while await _last_view(session, address) < history.head:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(_LOOK)
        ground.analyze(history.schema)
        yield address


async def _last_view(session: aiohttp.ClientSession, address: str) -> float:
    """The position of the view that is furthest behind."""
    async with session.get(f"{address}/metrics") as answer:
        positions = re.findall(
            r"^samordna_view_position\S+ (\S+)$", await answer.text(), re.MULTILINE
        )
    return min(map(float, positions))


# --- what is sent ----------------------------------------------------------------------------


def _notes(ground: Ground, history: History) -> list[Request]:
    """A note on each of many open cases, by its case worker."""
    cases = ground.ask(_OPEN_CASES, history.schema)
    tokens = {worker: _token(history, worker) for worker in {worker for _, worker in cases}}
    body = json.dumps({"text": _NOTE})
    return [("POST", f"{BASE}/cases/{case}/notes", tokens[worker], body) for case, worker in cases]


def _referrals(history: History) -> list[Request]:
    sender = _token(history, history.year.staff[_SENDER])
    return [("POST", f"{BASE}/referrals", sender, json.dumps(_REFERRAL))]


def _token(history: History, staff: UUID) -> str:
    return local_issuer(history.town, SystemClock()).issue(staff)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Select:
    """A SELECT as the house sends it, in pgbench's spelling, and the options of its session."""

    script: str
    variables: Mapping[str, str]
    options: str


async def _page(history: History) -> _Select:
    sent: list[_Select] = []

    class Noting(psycopg.AsyncCursor[Any]):
        async def execute(self, query: Any, params: Any = None, **more: Any) -> "Noting":
            text = query.as_string(self.connection)
            asked = _PLACEHOLDER.findall(text)
            sent.append(
                _Select(
                    script=_PLACEHOLDER.sub(r":\1", text) + ";\n",
                    variables={name: _spelled(params[name]) for name in asked},
                    options=self.connection.info.get_parameters().get("options", ""),
                )
            )
            return await super().execute(query, params, **more)

    async with history.rooms.house.views.connection() as connection:
        reader = await access.viewer(connection, history.schema, history.year.staff[_READER])
        if reader is None:
            raise LookupError("the reader has no position")
        usual, connection.cursor_factory = connection.cursor_factory, Noting
        try:
            await caseload.page(connection, history.schema, reader, limit=_PAGE)
        finally:
            connection.cursor_factory = usual
    [select] = sent
    return select


def _spelled(value: object) -> str:
    """A parameter as PostgreSQL reads it."""
    return f"{{{','.join(map(str, value))}}}" if isinstance(value, list) else str(value)
