"""A state, field by field: what it holds, what differs, and nothing that is sealed of a person."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.codes import Compartment
from domain.depiction import ERASED, Depicted, changes, depicted
from domain.sealed import Sealed


@dataclass(frozen=True)
class Part:
    id: UUID
    due: date | None
    reason: Sealed[str]


@dataclass(frozen=True)
class Whole:
    side: Compartment
    units: tuple[str, ...]
    part: Part | None
    parts: tuple[Part, ...]


ONE, TWO = UUID(int=1), UUID(int=2)
OPEN, GONE = Sealed.of("Flyttar."), Sealed[str].closed("place|key:1")


def test_every_field_is_told_by_its_path() -> None:
    """Of several, each by its id; what is sealed as it is opened, or as erased."""
    whole = Whole(Compartment.EXPOSED, ("a", "b"), Part(ONE, None, OPEN), (Part(TWO, None, GONE),))
    assert depicted(whole) == {
        "side": Depicted((Compartment.EXPOSED,)),
        "units": Depicted(("a", "b")),
        "part.id": Depicted((ONE,)),
        "part.due": Depicted(),
        "part.reason": Depicted(("Flyttar.",)),
        f"parts.{TWO}.id": Depicted((TWO,)),
        f"parts.{TWO}.due": Depicted(),
        f"parts.{TWO}.reason": ERASED,
    }


def test_what_differs_is_what_differs() -> None:
    """What came, what went, what is another; and of the same, nothing."""
    before = depicted(Whole(Compartment.EXPOSED, (), None, (Part(ONE, date(2024, 1, 1), OPEN),)))
    after = depicted(Whole(Compartment.EXPOSED, ("a",), None, ()))
    assert changes(before, before) == {}
    told = changes(before, after)
    assert told["units"] == (Depicted(), Depicted(("a",)))
    assert told[f"parts.{ONE}.due"] == (Depicted((date(2024, 1, 1),)), None)
    assert changes({}, after).keys() == after.keys()
