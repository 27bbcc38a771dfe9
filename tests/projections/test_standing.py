"""How a view stands, in a word."""

from dataclasses import replace

from projections.standing import AHEAD, STANDING_STILL, Standing, state_of

LEVEL = Standing(
    view="caseload",
    version=1,
    position=10,
    epoch=1,
    head=10,
    seconds_behind=0.0,
    parked_keys=0,
    parked_items=0,
    rebuilding=False,
    process=None,
    client=None,
    kept_version=None,
    kept_position=None,
)


def test_a_word_for_each() -> None:
    """Level, behind, standing still; ahead of a log that was restored without it; rebuilding."""
    behind = replace(LEVEL, position=7, seconds_behind=30.0)
    assert state_of(LEVEL, LEVEL) == "level"
    assert state_of(behind, replace(behind, position=6)) == "behind"
    assert state_of(behind, behind) == STANDING_STILL
    assert state_of(replace(LEVEL, head=9), LEVEL) == AHEAD
    assert state_of(replace(LEVEL, head=9, rebuilding=True), LEVEL) == "rebuilding"
