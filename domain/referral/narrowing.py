"""Who may come near a referral: narrowed while its person's identity is protected (section 5)."""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.referral.state import Referral

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralNarrowed:
    """The person's identity came to be protected while it waited, or after."""

    person: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralWidened:
    person: UUID


NarrowingEvent = ReferralNarrowed | ReferralWidened


def evolve(referral: Referral, event: object) -> Referral:
    return replace(referral, narrowed=isinstance(event, ReferralNarrowed))


# --- decisions -------------------------------------------------------------------------------


def narrow_referral(referral: Referral, *, narrowed: bool) -> list[NarrowingEvent]:
    """As the person's protection stands, answered or not."""
    if referral.narrowed is narrowed:
        return []
    return [(ReferralNarrowed if narrowed else ReferralWidened)(person=referral.person)]
