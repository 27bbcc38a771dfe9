"""Who may come near a case: narrowed while its person's identity is protected (section 5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.case.state import Case

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseNarrowed:
    """To the assigned workers and the unit manager."""

    person: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseWidened:
    person: UUID


NarrowingEvent = CaseNarrowed | CaseWidened


def evolve(case: Case, event: object) -> Case:
    return replace(case, narrowed=isinstance(event, CaseNarrowed))


# --- decisions -------------------------------------------------------------------------------


def narrow_case(case: Case, *, narrowed: bool) -> Sequence[NarrowingEvent]:
    """As the person's protection stands, open or closed."""
    if case.narrowed is narrowed:
        return []
    return [(CaseNarrowed if narrowed else CaseWidened)(person=case.person)]
