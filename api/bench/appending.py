"""`append`: notes on cases go into the log as every door records them, beside single-row inserts
and beside the stock library."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from time import perf_counter
from typing import Final
from uuid import UUID

from api.bench.figures import Effort, Figure, Turn, compared, in_turns, percentiles
from api.bench.ground import Ground
from api.bench.programs import pgbench, stock
from api.commands.founding import found
from api.commands.work import Desk
from api.demo import texts
from api.runtime.mapper import Mapper
from api.runtime.wiring import Rooms, open_house
from domain.case import NoteRecorded
from domain.codes import Gender
from domain.ports import Ids
from domain.recorded import Append, NewEvent
from domain.sealed import Sealed

NAME: Final = "append"

_FILES_EACH: Final = 100  # cases that each of the waiting writes about, one after the other
_CLIENTS: Final = 16
_WARM_UP: Final = 0.2  # of a turn
_ROW_HEADER: Final = 24 + 8 + 4  # PostgreSQL's own bytes of a row, its id, the text's length

_MARK: Final = bytes(32)  # of a body; what it says is not judged here

_INSERT: Final = "INSERT INTO {}.bench_rows (body) VALUES (:body);\n"


async def append(ground: Ground, effort: Effort, tell: Callable[[str], None]) -> list[Figure]:
    town = ground.town("append")
    schema = town.municipality
    async with open_house(town, ground.addresses, follow=False) as rooms:
        writers = await _Writers.employ(rooms, 64)
        tell("append: warming up")
        await writers.turn(64, effort.seconds * _WARM_UP)
        row = round(ground.ask("SELECT avg(pg_column_size(e.*)) FROM {}.events AS e", schema)[0][0])
        body = "x" * (row - _ROW_HEADER)
        ground.ask(
            "CREATE TABLE {}.bench_rows"
            " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL)",
            schema,
        )
        insert = partial(
            pgbench,
            ground,
            _INSERT.format(schema),
            clients=_CLIENTS,
            seconds=effort.seconds,
            variables={"body": body},
        )
        save = partial(
            stock,
            ground,
            "append",
            schema=schema,
            threads=_CLIENTS,
            seconds=effort.seconds,
            row_bytes=row,
        )
        tell(f"append: {effort.rounds} rounds of four turns")
        few, inserted, many, saved = await in_turns(
            effort.rounds,
            partial(writers.turn, 16, effort.seconds),
            insert,
            partial(writers.turn, 64, effort.seconds),
            save,
        )
    return _figures(row, few, many, inserted, saved)


class _Writers:
    """Everybody who waits for an append of their own; each goes round their own cases."""

    def __init__(self, desk: Desk, actor: UUID, cases: Sequence["_File"]) -> None:
        self._desk = desk
        self._actor = actor
        self._cases = cases
        rng = Random(1)  # noqa: S311 - any notes will do
        self._notes = [texts.note(rng, Gender.WOMAN, child=False) for _ in range(500)]

    @classmethod
    async def employ(cls, rooms: Rooms, most: int) -> "_Writers":
        desk = rooms.house.desk
        cases = [_File(desk.ids) for _ in range(most * _FILES_EACH)]
        mapper = Mapper(desk.vault)
        notes = ((NoteRecorded(person=c.person, text=Sealed.of("")), c.id) for c in cases)
        await desk.vault.ensure({key for note, case in notes for key in mapper.keys(note, case)})
        actor = await found(desk, name="Bench")
        return cls(desk, actor, cases)

    async def turn(self, waiting: int, seconds: float) -> Turn:
        taken: list[float] = []
        began = perf_counter()
        await asyncio.gather(
            *(self._write(number, waiting, began + seconds, taken) for number in range(waiting))
        )
        return Turn(rate=len(taken) / (perf_counter() - began), milliseconds=percentiles(taken))

    async def _write(self, number: int, of: int, until: float, taken: list[float]) -> None:
        mine = self._cases[number::of]
        written = 0
        while (began := perf_counter()) < until:
            case = mine[written % len(mine)]
            note = self._notes[written % len(self._notes)]
            await self._desk.log.append(self._note(case, note))
            case.version += 1
            written += 1
            taken.append(perf_counter() - began)

    def _note(self, case: "_File", text: str) -> Append:
        """What the command of a note appends: it has read the case and its author's position."""
        ids = self._desk.ids
        return Append(
            command=ids.new(),
            correlation=ids.new(),
            body_mac=_MARK,
            actor=self._actor,
            unit="nexus",
            expected={self._actor: 1, case.id: case.version},
            events=[
                NewEvent(
                    stream=case.id,
                    event=NoteRecorded(person=case.person, text=Sealed.of(text)),
                    occurred_at=self._desk.clock.now(),
                )
            ],
        )


class _File:
    """A case as its writer knows it."""

    def __init__(self, ids: Ids) -> None:
        self.id = ids.new()
        self.person = ids.new()
        self.version = 0


def _figures(
    row: int, few: list[Turn], many: list[Turn], inserted: list[Turn], saved: list[Turn]
) -> list[Figure]:
    ours = (
        f"Notes on cases ({row} bytes a row), one a command, through the fact log as the doors use"
        " it: sealed (AES-256-GCM), with command id, body mark, expected versions of the case and"
        " of its author, dense positions; each waits for its own commit. One process with uvloop,"
        f" one writing connection; every waiting task goes round {_FILES_EACH} cases or more. Not"
        " in it: reading and deciding."
    )
    rows = (
        f" pgbench is a process of its own: {_CLIENTS} clients, -M prepared, one INSERT of one row"
        f" of {row} bytes (identity key, text) a transaction into a table with one index."
    )
    library = (
        f" The stock library: PostgresApplicationRecorder.insert_events in a process of its own,"
        f" {_CLIENTS} threads with a connection each, one event of the same size a call, each in a"
        " new stream; its own tables and its default settings."
    )
    figure = partial(compared, NAME, unit="events/s")
    return [
        figure(
            "16 waiting",
            few,
            reference=f"pgbench {_CLIENTS} clients",
            theirs=inserted,
            about=ours + rows,
        ),
        figure(
            "16 waiting",
            few,
            reference=f"stock library {_CLIENTS} threads",
            theirs=saved,
            about=ours + library,
        ),
        figure(
            "64 waiting",
            many,
            reference=f"pgbench {_CLIENTS} clients",
            theirs=inserted,
            about=ours + rows,
        ),
    ]
