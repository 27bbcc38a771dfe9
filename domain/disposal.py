"""Disposal (gallring): files whose time is over are planned, approved, executed, and forgotten.

The story: a person plans which files go; a second person approves, or rejects. In one atomic act
for as many files as it takes to hide each among the others, what may be counted of them is kept as
coarse facts that lead to nobody, and the files are disposed of. Then their keys are erased, which
is driven by that fact: whoever finds it does it, and says so once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from domain.codes import (
    AgeKnowledge,
    CaseOutcome,
    Compartment,
    Concern,
    DisposalStatus,
    PersonRole,
    Source,
)
from domain.errors import (
    DisposalIsDecided,
    DisposalIsOnesOwn,
    DisposalIsTooLarge,
    NothingToDispose,
)
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class DisposalPlanned:
    files: tuple[UUID, ...]
    by: UUID
    latest: date  # by when the law wants the first of them to be gone


@dataclass(frozen=True, kw_only=True, slots=True)
class DisposalApproved:
    by: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class DisposalRejected:
    by: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class DisposalExecuted:
    """`files` are gone, and with them the records of `persons` of whom no other file is left;
    what came to be kept since the approval was left out. `handed_out`: of how many facts a copy
    had left the house."""

    files: tuple[UUID, ...]
    persons: tuple[UUID, ...]
    left_out: tuple[UUID, ...]
    handed_out: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DisposalErased:
    """The vault has erased their keys; `backups_until`: the last day on which a backup of the vault
    may hold one."""

    keys: int
    backups_until: date


DisposalEvent = (
    DisposalPlanned | DisposalApproved | DisposalRejected | DisposalExecuted | DisposalErased
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CoarseFact:
    """What may be counted of a file that is gone, as far as it is one of many: of a month, or of a
    year, or of no time at all."""

    year: int | None
    month: int | None
    compartment: Compartment | None
    unit: str | None
    source: Source | None
    role: PersonRole | None
    age: AgeKnowledge | None
    concern: Concern | None
    outcome: CaseOutcome | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FactsKept:
    """On a stream that has no link to person or case."""

    files: int
    facts: Sealed[tuple[CoarseFact, ...]]


# --- state -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Disposal:
    files: tuple[UUID, ...]
    planned_by: UUID
    latest: date
    status: DisposalStatus = DisposalStatus.PLANNED
    executed: tuple[UUID, ...] = ()
    persons: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """How many batches of facts were kept."""

    batches: int = 0


def evolve(disposal: Disposal | None, event: object) -> Disposal | None:
    match event, disposal:
        case DisposalPlanned(files=files, by=by, latest=latest), _:
            return Disposal(files=files, planned_by=by, latest=latest)
        case DisposalApproved(), Disposal():
            return replace(disposal, status=DisposalStatus.APPROVED)
        case DisposalRejected(), Disposal():
            return replace(disposal, status=DisposalStatus.REJECTED)
        case DisposalExecuted(files=files, persons=persons), Disposal():
            executed = replace(disposal, executed=files, persons=persons)
            return replace(executed, status=DisposalStatus.EXECUTED)
        case DisposalErased(), Disposal():
            return replace(disposal, status=DisposalStatus.ERASED)
        case _:
            return disposal


def fold(events: Iterable[object]) -> Disposal | None:
    disposal: Disposal | None = None
    for event in events:
        disposal = evolve(disposal, event)
    return disposal


def kept(statistics: Statistics | None, event: object) -> Statistics | None:
    if not isinstance(event, FactsKept):
        return statistics
    return Statistics(batches=1 + (statistics.batches if statistics else 0))


# --- decisions -------------------------------------------------------------------------------

MOST_FILES: Final = 100  # in one disposal: with their referrals and persons they are one append
STATISTICS: Final = UUID("f0000000-0000-4000-8000-000000000005")
"""The stream of what is kept of files that are gone."""


def plan_disposal(files: Sequence[UUID], *, by: UUID, latest: date) -> Sequence[DisposalEvent]:
    """Raises NothingToDispose, DisposalIsTooLarge."""
    if not files:
        raise NothingToDispose
    if len(files) > MOST_FILES:
        raise DisposalIsTooLarge
    return [DisposalPlanned(files=tuple(sorted(files)), by=by, latest=latest)]


def approve_disposal(disposal: Disposal, *, by: UUID) -> Sequence[DisposalEvent]:
    """A second person, never the one who planned. Raises DisposalIsOnesOwn, DisposalIsDecided."""
    _require_undecided(disposal, by)
    return [DisposalApproved(by=by)]


def reject_disposal(disposal: Disposal, *, by: UUID) -> Sequence[DisposalEvent]:
    """By anybody, the planner too: nothing is disposed of. Raises DisposalIsDecided."""
    if disposal.status is not DisposalStatus.PLANNED:
        raise DisposalIsDecided
    return [DisposalRejected(by=by)]


def _require_undecided(disposal: Disposal, by: UUID) -> None:
    if disposal.planned_by == by:
        raise DisposalIsOnesOwn
    if disposal.status is not DisposalStatus.PLANNED:
        raise DisposalIsDecided


def is_to_go(files: int, latest: date, *, least: int, today: date) -> bool:
    """At least so many go together. Fewer wait for others, until the year in which the law wants
    them to be gone: then they go, and no fact of them is kept."""
    return files >= least or (files > 0 and today.year >= latest.year)


def keep_facts(facts: Sequence[CoarseFact], *, least: int) -> Sequence[FactsKept]:
    """Month, compartment and unit stand in the clear in the log, beside the file's id: so a fact
    tells them only where at least so many files have them in common, less where they have less.
    Sorted by value: no order leads back. Nothing is kept where all files together are too few."""
    if len(facts) < least:
        return []
    coarse = list(facts)
    for coarsen in _COARSER:
        alike = Counter(map(_recognised, coarse))
        coarse = [one if alike[_recognised(one)] >= least else coarsen(one) for one in coarse]
    alike = Counter(map(_recognised, coarse))
    told = [one for one in coarse if alike[_recognised(one)] >= least]
    return [FactsKept(files=len(facts), facts=Sealed.of(tuple(sorted(told, key=repr))))]


def _recognised(fact: CoarseFact) -> tuple[object, ...]:
    return fact.year, fact.month, fact.compartment, fact.unit


def _without_month(fact: CoarseFact) -> CoarseFact:
    return replace(fact, month=None)


def _without_unit(fact: CoarseFact) -> CoarseFact:
    return replace(fact, unit=None)


def _without_year(fact: CoarseFact) -> CoarseFact:
    return replace(fact, year=None)


def _without_compartment(fact: CoarseFact) -> CoarseFact:
    return replace(fact, compartment=None)


_COARSER: Final = (_without_unit, _without_month, _without_year, _without_compartment)
