"""What a command says while it works, beside its output."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

ERRORS: Final = Console(stderr=True)


@contextmanager
def bar(what: str, *, of: str = "events") -> Iterator[Callable[..., None]]:
    """A progress bar on a terminal; nothing but its end elsewhere."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=ERRORS) as progress:
        task: TaskID = progress.add_task(what, total=None, note="")

        def moved(done: int, total: int, rate: float = 0) -> None:
            note = f"{rate:,.0f} {of}/s" if rate else ""
            progress.update(task, completed=done, total=total, note=note)

        yield moved
