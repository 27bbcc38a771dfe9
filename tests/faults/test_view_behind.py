"""A view that falls behind is waited for or said to be behind; no answer is ever pieced together
from two moments."""

from tests.conftest import free_port
from tests.faults.clients import new_session, referral, staff
from tests.faults.holding import CHECKPOINT, held
from tests.faults.premises import Premises

PROBLEMS = {
    "access": {"access-is-behind", "position-is-not-reached"},
    "inbox": {"position-is-not-reached"},
    "timeline": {"position-is-not-reached"},
}


async def test_a_view_is_held_up(premises: Premises) -> None:
    """Every view that an answer draws on reflects its position, or the answer is 503; and when
    the view goes on, so do the answers."""
    with premises.serve(free_port()) as serving:
        async with new_session() as session:
            office = await staff(premises, serving.url, session, managers=1)
            [manager] = office.managers
            for number, (view, problems) in enumerate(PROBLEMS.items()):
                async with held(premises, CHECKPOINT, view=view):
                    sent = await office.officer.command("/referrals", referral(number))
                    path, position = f"/referrals/{sent['referralId']}", sent["position"]
                    told = await manager.once(
                        "GET", path, params={"atPosition": position}, headers={"Prefer": "wait=1"}
                    )
                    assert told.status == 503, view
                    assert told.body["type"].rpartition("/")[2] in problems
                    async with session.get(f"{serving.url}/health/ready") as ready:
                        assert ready.status == (503 if view == "access" else 200)
                shown = await manager.read(path, position)
                assert shown["identity"]["name"] == f"Person {number}"
                assert shown["circumstances"]["concern"] == "prostitution"
