"""Views of what every command recorded: made anew they are what following made of it."""

from random import Random

from projections import ALL
from tests.api.every_command import COMMANDS, History
from tests.projections.conftest import Town
from tests.projections.facts import Log
from tests.projections.rebuilds import SECONDS, rebuilt
from tests.town import new_town

LIVELY = ("referrals.receive_referral", "referrals.accept_referral") * 10


async def test_a_rebuilt_view_is_the_followed_one(town: Town) -> None:
    """Whatever was done, in a history of every command, both ways end in the same rows."""
    history, random = History(await new_town()), Random(3)  # noqa: S311 - to be told again
    for name in random.choices((*sorted(COMMANDS), *LIVELY), k=300):
        await history.act(name, random)
    await history.let_time_pass(random)
    facts = await history.town.log.read(0, 10**6)
    log = Log(facts, head=len(facts) // 3)
    async with town.followers(log) as followers:
        for head in (len(facts) // 3, len(facts) // 2, len(facts)):
            log.grow(head)
            for projection in ALL:
                assert await followers.wait_for(projection.name, head, SECONDS)
    for projection in ALL:
        outcome = await rebuilt(town, projection, Log(facts))
        assert (outcome.position, outcome.old) == (len(facts), outcome.new)
        assert not outcome.differs
