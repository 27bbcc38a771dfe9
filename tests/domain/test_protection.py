"""A protected identity: placed, lifted, and what narrows with it."""

from dataclasses import replace

import pytest

from domain.case.narrowing import CaseNarrowed, CaseWidened, narrow_case
from domain.case.state import Case
from domain.codes import Compartment, ProtectionKind
from domain.errors import ProtectionDiffers, ProtectionDoesNotStand
from domain.person.identity import merge
from domain.person.protection import PersonProtected, ProtectionLifted, lift, protect
from domain.referral import (
    ReferralNarrowed,
    ReferralRouted,
    ReferralRoutedNarrowly,
    ReferralWidened,
    narrow_referral,
)
from tests.domain.test_identity import CASE, ONE, OTHER, after, person
from tests.domain.test_referral_moves import WAITS, overridden

FLAG, FICTITIOUS = ProtectionKind.CONFIDENTIALITY_FLAG, ProtectionKind.FICTITIOUS_DATA


def test_each_protection_stands_until_it_is_lifted() -> None:
    """Placed twice it is one; lifted, another one still stands."""
    known = person(ONE)
    [placed] = protect(known, FLAG, "Markering.")
    assert isinstance(placed, PersonProtected)
    known = after(known, [placed])
    assert protect(known, FLAG, "Igen.") == []
    known = after(known, protect(known, FICTITIOUS, "Beslut."))
    [lifted] = lift(known, FLAG, "Hävd.")
    assert isinstance(lifted, ProtectionLifted)
    known = after(known, [lifted])
    assert [kind.reveal() for kind in known.protections] == [FICTITIOUS]
    with pytest.raises(ProtectionDoesNotStand):
        lift(known, FLAG, "...")


def test_a_merge_brings_nobody_near() -> None:
    """A protected record and an unprotected one are not merged: whoever sees the one would see the
    other."""
    flagged = after(person(ONE), protect(person(ONE), FLAG, "Markering."))
    for one, other in ((flagged, person(OTHER)), (person(OTHER), flagged)):
        with pytest.raises(ProtectionDiffers):
            merge(one, other, "...")
    registered = ProtectionKind.PROTECTED_REGISTRATION
    other = after(person(OTHER), protect(person(OTHER), registered, "Beslut."))
    assert merge(flagged, other, "Samma person.")


def test_a_file_narrows_and_widens_once() -> None:
    """Open or closed, answered or not."""
    case = Case(person=ONE, compartment=Compartment.EXPOSED, unit="nexus", referrals=(CASE,))
    assert narrow_case(case, narrowed=True) == [CaseNarrowed(person=ONE)]
    assert narrow_case(case, narrowed=False) == []
    assert narrow_case(replace(case, narrowed=True), narrowed=False) == [CaseWidened(person=ONE)]
    assert narrow_referral(WAITS, narrowed=True) == [ReferralNarrowed(person=WAITS.person)]
    narrowed = replace(WAITS, narrowed=True)
    assert narrow_referral(narrowed, narrowed=True) == []
    assert narrow_referral(narrowed, narrowed=False) == [ReferralWidened(person=WAITS.person)]


def test_routed_anew_it_stays_narrow() -> None:
    """Whoever moves it on tells nobody more of it."""
    assert type(overridden(replace(WAITS, narrowed=True))[1]) is ReferralRoutedNarrowly
    assert type(overridden(WAITS)[1]) is ReferralRouted
