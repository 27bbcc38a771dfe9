"""The cases of the year that somebody may come back to."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final, Generic, Protocol, TypeVar
from uuid import UUID

from api.demo.intakes import Intake
from api.demo.people import Somebody

_REMEMBERED: Final = 150  # closed cases: more than a pilot year has


class Story(Protocol):
    id: UUID
    intake: Intake


S = TypeVar("S", bound=Story)


class Stories(Generic[S]):
    """The open ones, and those closed last. So what is in
    memory hangs on what is open, however long the year and whatever has been."""

    def __init__(self) -> None:
        self._by_id: dict[UUID, S] = {}
        self._by_somebody: dict[Somebody, list[S]] = {}
        self._closed: dict[UUID, S] = {}
        self._merged: set[Somebody] = set()
        self._begun = count(1)

    def add(self, story: S) -> int:
        """The answer says how many there have been."""
        self._by_id[story.id] = story
        self._by_somebody.setdefault(story.intake.somebody, []).append(story)
        return next(self._begun)

    def close(self, story: S) -> None:
        self._closed[story.id] = story
        if len(self._closed) > _REMEMBERED:
            forgotten = self._closed.pop(next(iter(self._closed)))
            del self._by_id[forgotten.id]
            theirs = self._by_somebody[forgotten.intake.somebody]
            theirs.remove(forgotten)
            if not theirs:
                del self._by_somebody[forgotten.intake.somebody]

    def reopen(self, story: S) -> None:
        del self._closed[story.id]

    def merge(self, story: S) -> None:
        """Whose it is has another record, too, whatever is forgotten of their cases: few do."""
        self._merged.add(story.intake.somebody)

    def is_merged(self, somebody: Somebody) -> bool:
        return somebody in self._merged

    def of_somebody(self, somebody: Somebody) -> Sequence[S]:
        """In the order in which they were opened."""
        return self._by_somebody.get(somebody, ())

    def latest(self) -> Iterator[S]:
        return reversed(self._by_id.values())

    def closed(self) -> Iterator[S]:
        return iter(self._closed.values())

    def get(self, case: UUID) -> S | None:
        return self._by_id.get(case)

    def __getitem__(self, case: UUID) -> S:
        return self._by_id[case]

    def __iter__(self) -> Iterator[S]:
        return iter(self._by_id.values())
