"""Protected identities as use cases: who comes near, and what a sender does not learn."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from api.commands import cases, persons, protections, referrals
from domain.codes import CaseOutcome, IdentitySource, ProtectionKind
from domain.errors import (
    LinkIsNeverStored,
    NotFound,
    PositionIsNotReached,
    ProtectionDoesNotStand,
)
from domain.referral import ReferralAccepted
from tests.api.test_commands_identity import FOUND
from tests.town import AN_ADULT, Town, new_town, told

FLAG = ProtectionKind.CONFIDENTIALITY_FLAG


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def protected(town: Town) -> UUID:
    """A case of somebody protected, with its referrals, and one that waits beside it."""
    case = await town.open_case()
    waits = await town.receive()
    manager = await town.manager("nexus")
    files = [case, waits, *(await town.case(case)).referrals]
    how: dict[str, Any] = {"files": files, "as_of": await town.log.head()}
    await town.do(manager, protections.protect, case, FLAG, "Markering.", **how)
    return case


async def test_access_narrows_to_worker_and_manager(town: Town) -> None:
    """A colleague of the unit who came near before does not even find it (section 5)."""
    case = await town.open_case()
    waits = await town.receive()
    colleague, manager = await town.worker("nexus"), await town.manager("nexus")
    files = [case, waits, *(await town.case(case)).referrals]
    how: dict[str, Any] = {"files": files, "as_of": await town.log.head()}
    await town.do(manager, protections.protect, case, FLAG, "Markering.", **how)
    assert (await told(town.do(colleague, referrals.accept_referral, waits)))[0] is NotFound
    await town.assign(case, colleague)
    said = (case, FOUND, IdentitySource.OTHER)
    await town.do(colleague, persons.assert_identity, *said)
    assert (await told(town.do(colleague, referrals.accept_referral, waits)))[0] is NotFound
    await town.do(manager, referrals.accept_referral, waits)


async def test_what_comes_later_is_narrow_and_its_sender_learns_nothing(town: Town) -> None:
    """A referral about somebody protected makes as many facts as any other, and the case that it
    opens is narrow."""
    case = await protected(town)
    manager = await town.manager("nexus")
    await town.do(manager, cases.close_case, case, CaseOutcome.NEEDS_MET)
    police, before = await town.police(), await town.log.head()
    outcome = await town.do(police, referrals.receive_referral, AN_ADULT)
    facts = await town.log.head() - before
    await town.do(police, referrals.receive_referral, replace(AN_ADULT, number="198003029819"))
    assert await town.log.head() - before == 2 * facts
    again = outcome.facts[-1].stream
    assert (await town.referral(again)).narrowed
    opened = await town.do(manager, referrals.accept_referral, again)
    assert (await town.case(opened.the(ReferralAccepted)[1].case)).narrowed


async def test_no_file_is_missed(town: Town) -> None:
    """Where the list of files does not reflect a referral that came meanwhile, nothing is recorded
    and the question is asked again."""
    case = await town.open_case()
    how: dict[str, Any] = {"files": [case], "as_of": await town.log.head()}
    await town.receive()
    manager, head = await town.manager("nexus"), await town.log.head()
    late = town.do(manager, protections.protect, case, FLAG, "Markering.", **how)
    assert (await told(late))[0] is PositionIsNotReached
    assert await town.log.head() == head


async def test_lifted_access_is_what_it_was(town: Town) -> None:
    """When no protection is left; what does not stand is not lifted."""
    case = await protected(town)
    manager = await town.manager("nexus")
    referral = (await town.case(case)).referrals[0]
    how: dict[str, Any] = {"files": [case, referral], "as_of": await town.log.head()}
    await town.do(manager, protections.lift, case, FLAG, "Hävd.", **how)
    assert not (await town.case(case)).narrowed
    assert not (await town.referral(referral)).narrowed
    again = town.do(manager, protections.lift, case, FLAG, "...", **how)
    assert (await told(again))[0] is ProtectionDoesNotStand


async def test_fictitious_data_links_to_nobody(town: Town) -> None:
    """Section 5: the number of before leads here no more, whoever comes with it is somebody else to
    us, and neither a double nor a merge may say that they are one."""
    case, manager = await town.open_case(), await town.manager("nexus")
    hidden = (await town.case(case)).person
    files = [case, *(await town.case(case)).referrals]
    how: dict[str, Any] = {"files": files, "as_of": await town.log.head()}
    fictitious = ProtectionKind.FICTITIOUS_DATA
    await town.do(manager, protections.protect, case, fictitious, "Beslut.", **how)
    assert (await town.person(hidden)).number.reveal() is None
    assert AN_ADULT.number
    assert await town.vault.find_person("a", AN_ADULT.number) is None
    other = await town.open_case()
    assert (await town.case(other)).person != hidden
    for linked in (
        town.do(manager, persons.note_duplicate, case, other),
        town.do(manager, persons.note_duplicate, other, case),
        town.do(manager, persons.merge, other, case, "Samma."),
    ):
        assert await told(linked) == (LinkIsNeverStored, {})
    found = replace(FOUND, number="199003029825")
    await town.do(manager, persons.establish_identity, case, found, born=None)
    assert await town.vault.find_person("a", "199003029825") == hidden
    assert (await town.person(hidden)).identity.doubles == ()
