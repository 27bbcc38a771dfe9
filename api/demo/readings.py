"""The readings of a generated year: who works with a file has read it first, again and again.

A year has 8-12 readings for each event (domain section 8); a demo makes do with fewer. They are
recorded when they are made: the access log lets nobody choose its moments.
"""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from api.demo.stage import Look
from domain.codes import Purpose, StaffRole
from domain.ports import Ids, Reading, Receipts

_TOGETHER: Final = 256  # share a commit

_PURPOSES: Final = {"readReferral": Purpose.INTAKE, "readCase": Purpose.CASE_WORK}


async def read(
    receipts: Receipts, looks: Sequence[Look], events: int, ids: Ids, *, per_event: float = 0.5
) -> int:
    """Record that many readings for each event, in the order of the year; the answer is how many
    they were."""
    wanted = round(per_event * events) if looks else 0
    readings = _readings(looks, wanted, ids)
    while together := list(islice(readings, _TOGETHER)):
        await asyncio.gather(*map(receipts.record, together))
    return wanted


def _readings(looks: Sequence[Look], wanted: int, ids: Ids) -> Iterator[Reading]:
    """Spread evenly over the looks."""
    for number in range(wanted):
        look = looks[number * len(looks) // wanted]
        position = look.reader.position
        leads = position.role is StaffRole.UNIT_MANAGER and look.door == "readCase"
        yield Reading(
            reader=look.reader.id,
            role=position.role,
            unit=position.unit,
            purpose=Purpose.SUPERVISION if leads else _PURPOSES[look.door],
            what=look.door,
            subjects=look.subjects,
            outcome="answered",
            correlation=ids.new(),
            event_position=look.position,
        )
