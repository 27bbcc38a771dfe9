"""Sent again: answered as before, for who still may."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from api.commands import cases, referrals, staff
from domain.case import CaseOpened
from domain.errors import BornInTheFuture, CommandKeyReused, NotFound, NotPermitted
from domain.referral import ReferralReceived
from tests.town import AN_ADULT, NOW, Town, new_town


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def test_sent_again_it_is_the_same_referral(town: Town) -> None:
    """The same key with the same body is answered from what was recorded; nothing new is."""
    command = town.command(await town.police(), body_mac=b"body")
    first = await town.carry_out(command, referrals.receive_referral, AN_ADULT)
    head = await town.log.head()
    again = await town.carry_out(command, referrals.receive_referral, AN_ADULT)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.position == first.position
    assert again.the(ReferralReceived) == first.the(ReferralReceived)
    assert await town.log.head() == head


async def test_sent_again_after_it_became_impossible(town: Town) -> None:
    """A repeated acceptance is answered as the first was, though by now it would be refused."""
    referral = await town.receive(AN_ADULT)
    command = town.command(await town.worker("nexus"), body_mac=b"body")
    first = await town.carry_out(command, referrals.accept_referral, referral)
    again = await town.carry_out(command, referrals.accept_referral, referral)
    assert again.replayed
    assert again.the(CaseOpened) == first.the(CaseOpened)


async def test_another_body_under_the_same_key(town: Town) -> None:
    """A key that was used with another body is refused, whether or not the act would be now."""
    referral, worker = await town.receive(AN_ADULT), await town.worker("nexus")
    command = town.command(worker, body_mac=b"body")
    await town.carry_out(command, referrals.accept_referral, referral)
    other = replace(command, body_mac=b"other")
    for details in (AN_ADULT, replace(AN_ADULT, born=date(2024, 1, 1))):
        with pytest.raises(CommandKeyReused):
            await town.carry_out(other, referrals.receive_referral, details)


async def test_sent_again_in_the_next_month(town: Town) -> None:
    """A repetition is recognised by the keys of the months before, too."""
    command = town.command(await town.police(), body_mac=b"in March")
    await town.carry_out(command, referrals.receive_referral, AN_ADULT)

    async def earlier() -> Sequence[bytes]:
        return b"in February", b"in March"

    later = replace(command, body_mac=b"in April", earlier_body_macs=earlier)
    assert (await town.carry_out(later, referrals.receive_referral, AN_ADULT)).replayed


async def test_a_repetition_is_authorised_again(town: Town) -> None:
    """Who has left meanwhile is not answered, not even with what they did themselves."""
    worker = await town.worker("nexus")
    command = town.command(worker, body_mac=b"body")
    await town.carry_out(command, referrals.receive_referral, AN_ADULT)
    await town.do(
        town.administrator, staff.end_position, worker, until=NOW.date(), successor_id=None
    )
    with pytest.raises(NotPermitted):
        await town.carry_out(command, referrals.receive_referral, AN_ADULT)


async def test_a_refusal_keeps_no_key(town: Town) -> None:
    """What was refused may be sent again, corrected, under the same key."""
    command = town.command(await town.police(), body_mac=b"wrong")
    with pytest.raises(BornInTheFuture):
        await town.carry_out(
            command, referrals.receive_referral, replace(AN_ADULT, born=date(2024, 1, 1))
        )
    right = replace(command, body_mac=b"right")
    assert not (await town.carry_out(right, referrals.receive_referral, AN_ADULT)).replayed


async def test_what_may_not_be_seen_now_is_not_told_again(town: Town) -> None:
    """A repetition is answered from the log only for who still may: not for a released worker, and
    not for one to whom the case has meanwhile become invisible."""
    case, worker = await town.assigned("childrens-intake")
    manager = await town.manager("childrens-intake")
    command = town.command(worker, body_mac=b"body")
    await town.carry_out(command, cases.record_note, case, "Samtal.")
    assert (await town.carry_out(command, cases.record_note, case, "Samtal.")).replayed
    await town.do(manager, cases.release_case_worker, case, worker)
    with pytest.raises(NotPermitted):
        await town.carry_out(command, cases.record_note, case, "Samtal.")
    handover = await town.offered(case)
    await town.do(await town.manager("nexus"), cases.accept_handover, case, handover)
    with pytest.raises(NotFound):
        await town.carry_out(command, cases.record_note, case, "Samtal.")
