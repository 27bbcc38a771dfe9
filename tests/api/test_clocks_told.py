"""The clocks of a file, as its facts tell them."""

from datetime import UTC, datetime
from uuid import UUID

from api.resources.clocks import as_they_stand
from api.resources.story import Told
from projections.timeline import Line

NOW = datetime(2023, 4, 3, 9, tzinfo=UTC)
OURS, ANOTHERS = (str(UUID(int=n)) for n in (1, 2))


def told(name: str, **facts: object) -> Told:
    nobody = UUID(int=0)
    line = Line(nobody, 1, 1, name, nobody, "nexus", NOW, NOW, facts, {})
    return Told(line, name, facts)


def test_what_ends_a_clock_that_began_elsewhere_is_left_out() -> None:
    """A file whose facts end a clock that another stream set can be read."""
    set_here = told(
        "deadline.set", deadline=OURS, due=NOW.isoformat(), kind="answer", version="sol-2001"
    )
    [clock] = as_they_stand([told("deadline.missed", deadline=ANOTHERS), set_here])
    assert clock.deadline_id == UUID(OURS)
