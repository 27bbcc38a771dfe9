"""One question for all who wait: the same few rows are asked for by every request."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key")
Answer = TypeVar("Answer")


class Together(Generic[Key, Answer]):
    """Whoever asks while a question is under way shares the next one, which begins afterwards: no
    answer is older than a question of one's own would have had."""

    def __init__(
        self, question: Callable[[Collection[Key]], Awaitable[Mapping[Key, Answer]]]
    ) -> None:
        self._question = question
        self._waiting: list[tuple[Collection[Key], asyncio.Future[Mapping[Key, Answer]]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def __call__(self, key: Key) -> Answer | None:
        """The answer for this key, if there is one. Raises what the question raises."""
        return (await self.all([key])).get(key)

    async def all(self, keys: Collection[Key]) -> Mapping[Key, Answer]:
        """What answers there are for these keys, and for others that were asked for with them."""
        answers: asyncio.Future[Mapping[Key, Answer]] = asyncio.get_running_loop().create_future()
        self._waiting.append((keys, answers))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await answers

    async def _ask(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting, []
            try:
                found = await self._question({key for keys, _ in asked for key in keys})
            except Exception as error:  # noqa: BLE001 - whatever it is, it reaches who asked
                # Nobody waits for a second failure of what has just failed.
                asked, self._waiting = [*asked, *self._waiting], []
                for _, answers in asked:
                    if not answers.done():
                        answers.set_exception(error)
            else:
                for _, answers in asked:
                    if not answers.done():  # who has stopped waiting is answered by nobody
                        answers.set_result(found)
        self._asking = None
