"""Every refusal. The docstring of an error is the message that a caller reads.

Errors are named after a state. `status` is the HTTP status of the problem answer, `context` adds
codes and ids, never anything personal.
"""

from typing import ClassVar


class Refusal(Exception):
    """The request was refused."""

    status: ClassVar[int] = 422

    def __init__(self, **context: object) -> None:
        super().__init__(type(self).message())
        self.context = context

    @classmethod
    def message(cls) -> str:
        return " ".join((cls.__doc__ or "").split())


# --- the log ---------------------------------------------------------------------------------


class StreamHasMoved(Refusal):
    """Somebody else changed this in the meantime. Read it again and decide anew."""

    status = 409


class CommandKeyReused(Refusal):
    """The Idempotency-Key was used before with another body. Use a new key for a new command."""

    status = 422


class EventTooLarge(Refusal):
    """One recorded fact may hold at most 64 KiB. Shorten the text."""

    status = 413


class TooManyEvents(Refusal):
    """One command may record at most 200 facts. Split the command."""

    status = 413


class Unavailable(Refusal):
    """The service cannot answer right now. Nothing was recorded; try again."""

    status = 503


class LogUnavailable(Unavailable):
    """The event log cannot be reached. Whether the command was recorded is told by sending it
    again with the same Idempotency-Key."""


class ReceiptsUnavailable(Unavailable):
    """The access log cannot be written, so nothing can be shown. Try again."""


class VaultUnavailable(Unavailable):
    """The key vault cannot be reached, so nothing can be sealed or opened. Try again."""


class QueueIsFull(Unavailable):
    """More commands are waiting than can be recorded in time. Try again."""


# --- sealed values ---------------------------------------------------------------------------


class KeyIsErased(Refusal):
    """The person's or file's data has been erased; nothing more can be recorded about it."""

    status = 410


class SealIsBroken(Exception):
    """A sealed value was altered, or moved from its place. The log or the vault is damaged."""
