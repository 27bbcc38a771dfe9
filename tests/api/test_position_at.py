"""From a moment of recording to the position at which the log stood then."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.runtime.postgres.database import LOG
from api.runtime.postgres.postgres_server import PostgresServer
from tests.appends import A_MOMENT, IDS, log_of, new_append, new_event
from tests.conftest import new_database


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example has its own log
)
@given(pauses=st.lists(st.integers(0, 2), max_size=20))
async def test_a_moment_is_the_last_position_recorded_by_then(
    log_server: PostgresServer, tmp_path: Path, pauses: Sequence[int]
) -> None:
    """At every moment before, between, at and after those of recording; several at once, too."""
    database = new_database(log_server, tmp_path, LOG, demo=True)
    minutes = list(accumulate(pauses))
    async with log_of(database) as log:
        for minute in minutes:
            recorded_at = A_MOMENT + timedelta(minutes=minute)
            await log.append(new_append(new_event(IDS.new()), recorded_at=recorded_at))
        for half in range(-1, 2 * (minutes[-1] if minutes else 0) + 2):
            moment = A_MOMENT + timedelta(minutes=half / 2)
            by_then = [minute for minute in minutes if 2 * minute <= half]
            assert await log.position_at(moment) == len(by_then)
