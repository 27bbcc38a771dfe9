"""What belongs in a caseload, said in Python: whose, which, in what order."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from domain.policy import Viewer
from projections.access import FileRow
from projections.caseload import Filter, Line, Order
from projections.projection import Key
from tests.projections.facts import visible_line

NEVER: Final = datetime.max.replace(tzinfo=UTC)


def belongs(line: Line, viewer: Viewer, files: Mapping[Key, FileRow]) -> bool:
    """Our own cases and those offered to us, as far as policy lets us see their lines."""
    ours = viewer.unit in (line.unit, line.handover_to)
    return ours and visible_line(viewer, files[(line.case,)])


def meets(line: Line, viewer: Viewer, wanted: Filter) -> bool:
    return all(_demands(line, viewer, wanted))


def _demands(line: Line, viewer: Viewer, wanted: Filter) -> Iterable[bool]:
    yield wanted.status in (None, line.status)
    yield wanted.worker is None or wanted.worker in line.workers
    own = line.unit == viewer.unit
    yield not wanted.unassigned or (own and line.status == "open" and not line.workers)
    yield wanted.handover != "in" or line.handover_to == viewer.unit
    yield wanted.handover != "out" or (own and line.handover is not None)
    due = line.answer_due or NEVER
    yield wanted.due_before is None or due < wanted.due_before


def in_order(order: Order) -> Callable[[Line], Any]:
    """Where no answer is due, it is later than all."""
    return lambda line: (getattr(line, order) or NEVER, line.case)
