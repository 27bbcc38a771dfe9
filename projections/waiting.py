"""The order of what waits for an answer: first by when it is due; then, the latest first, what has
been answered."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
ANSWERED = 10**17  # ranks from the year 1970 to 3000 lie below


def rank(answer_due: datetime | None, answered_at: datetime | None) -> int:
    if answered_at is not None:
        return 2 * ANSWERED - _microseconds(answered_at)
    return _microseconds(answer_due) if answer_due else 0


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
