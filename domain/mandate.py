"""A mandate (S1): a decision of the board, with its register number and date, and what it started.

The story: decided; then a team is set up under it (S10), or an inquiry opened (S50, S51), in the
same act that tells so here. Each once: what comes after rests on a decision of its own (c). A
decision is public, and about nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from domain.codes import MandateMatter
from domain.errors import MandateIsForSomethingElse, MandateIsRecorded, WorkIsStarted

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class MandateDecided:
    register_number: str
    decided_on: date
    matter: MandateMatter


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkStarted:
    """`work`: the team or inquiry, whose own story begins in the same act."""

    matter: MandateMatter
    work: UUID


MandateEvent = MandateDecided | WorkStarted

# --- state -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Mandate:
    register_number: str
    decided_on: date
    matter: MandateMatter
    started: tuple[WorkStarted, ...] = ()


def evolve(mandate: Mandate | None, event: object) -> Mandate | None:
    if isinstance(event, MandateDecided):
        return Mandate(
            register_number=event.register_number,
            decided_on=event.decided_on,
            matter=event.matter,
        )
    if mandate is None:
        return None
    match event:
        case WorkStarted() as started:
            return replace(mandate, started=(*mandate.started, started))
        case _:
            return mandate


def fold(events: Iterable[object]) -> Mandate | None:
    mandate: Mandate | None = None
    for event in events:
        mandate = evolve(mandate, event)
    return mandate


# --- decisions -------------------------------------------------------------------------------


MANDATES: Final = UUID("f0000000-0000-4000-8000-000000000004")


def mandate_of(*, register_number: str, decided_on: date, matter: MandateMatter) -> UUID:
    """The stream of one decision on one matter, so that it is recorded once. It is public."""
    number = "".join(register_number.casefold().split())
    return uuid5(MANDATES, f"{number}/{decided_on}/{matter}")


def record_mandate(
    *, register_number: str, decided_on: date, matter: MandateMatter, is_recorded: bool = False
) -> list[MandateEvent]:
    """Raises MandateIsRecorded: a second one would let work be started twice (S1)."""
    if is_recorded:
        raise MandateIsRecorded
    return [MandateDecided(register_number=register_number, decided_on=decided_on, matter=matter)]


def started_for(mandate: Mandate, matter: MandateMatter) -> list[UUID]:
    """What was started under it for that matter: an inquiry on each side, where it is one."""
    return [started.work for started in mandate.started if started.matter is matter]


def start_work(
    mandate: Mandate, work: UUID, matter: MandateMatter, *, is_started: bool
) -> list[MandateEvent]:
    """What the board decided on; the approval of the whole proposal covers all of it (S1).

    `is_started`: such work was started under it before, on the same side. Raises
    MandateIsForSomethingElse, WorkIsStarted.
    """
    if mandate.matter not in (matter, MandateMatter.PROPOSAL):
        raise MandateIsForSomethingElse
    if is_started:
        raise WorkIsStarted
    return [WorkStarted(matter=matter, work=work)]
