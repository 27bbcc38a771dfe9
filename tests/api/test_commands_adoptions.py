"""What is decided follows the organisation that is in force, and nothing else."""

from datetime import datetime, timedelta
from typing import Final

import pytest

from api.commands import referrals
from api.commands.adoptions import adopt_organisation
from api.commands.work import Outcome
from api.runtime.organisation import UPPSALA
from domain.errors import NotPermitted, OrganisationIsUnusable
from domain.referral import ReferralRouted
from tests.town import AN_ADULT, TODAY, Town, new_town

DOCUMENT: Final = UPPSALA.read_text(encoding="utf-8")
SLOWER: Final = DOCUMENT.replace("otherwise = 5", "otherwise = 9")


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def due_working_days(town: Town) -> int:
    """Within how many working days a referral that arrives now is to be answered."""
    sender = await town.police()
    due = _due(await town.do(sender, referrals.receive_referral, AN_ADULT))
    now, days = town.clock.now(), 0
    while town.desk.calendar.add_working_days(now, days) < due:
        days += 1
    return days


def _due(outcome: Outcome) -> datetime:
    return outcome.the(ReferralRouted)[1].answer_due


async def test_in_force_from_its_day(town: Town) -> None:
    """Until then the former settings decide, from then on the new ones."""
    tomorrow = TODAY + timedelta(days=1)
    await town.do(town.administrator, adopt_organisation, document=SLOWER, in_force_from=tomorrow)
    assert await due_working_days(town) == 5
    town.clock.advance(timedelta(days=1))
    assert await due_working_days(town) == 9


async def test_who_decides_meanwhile_decides_anew(town: Town) -> None:
    """Every decision rests on the organisation it was made under: adopted in between, the new one
    holds."""
    sender = await town.police()
    town.log.meanwhile = lambda: town.do(
        town.administrator, adopt_organisation, document=SLOWER, in_force_from=TODAY
    )
    outcome = await town.do(sender, referrals.receive_referral, AN_ADULT)
    assert _due(outcome) > town.desk.calendar.add_working_days(town.clock.now(), 8)


async def test_every_mistake_is_named_and_nothing_recorded(town: Town) -> None:
    """Unknown units, ages with a gap, and what is no TOML."""
    head = await town.log.head()
    wrong = DOCUMENT.replace('adult_entry = "nexus"', 'adult_entry = "nowhere"').replace(
        "oldest = 17", "oldest = 15"
    )
    for document, mistakes in ((wrong, ["targets.adult_entry"]), ("no toml", ["not TOML"])):
        with pytest.raises(OrganisationIsUnusable) as refusal:
            await town.do(
                town.administrator, adopt_organisation, document=document, in_force_from=TODAY
            )
        told = refusal.value.context["mistakes"]
        assert isinstance(told, list)
        assert [one.partition(":")[0] for one in told] == mistakes
    assert await town.log.head() == head


async def test_the_administrator_alone(town: Town) -> None:
    """A unit's manager leads a unit, not the municipality."""
    manager = await town.manager("nexus")
    with pytest.raises(NotPermitted):
        await town.do(manager, adopt_organisation, document=SLOWER, in_force_from=TODAY)
