"""What each command of the command line tells, and to whom it must account for it."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import typer

from api.cli import app
from api.resources.operations import COMMAND, operation_label

# A command that shows personal or case data leaves a receipt before it does, as a door does. The
# others tell of the house.
RECEIPTED: Final = {
    *("subject-access", "bundle", "disclosures"),
    *("disposal plan", "disposal approve", "disposal reject"),
    *("disposal execute", "disposal certificate"),
    *(f"review {what}" for what in ("open", "list", "sample", "judge", "ask", "find", "findings")),
    *("review statistics", "review close", "review reopen"),
    *("events list", "events state", "events differences", "events export"),
    *("readings list", "readings export"),
}
OF_THE_HOUSE: Final = {
    *("demo", "serve", "worker", "follow", "rebuild", "token", "bench", "policy", "doctor"),
    *(
        "verify",
        "audit-keys",
        "proof inclusion",
        "proof consistency",
        "projections release",
        "restored",
    ),
    *("witness create", "witness key", "witness serve", "witness show"),
    *(
        "db create",
        "db migrate",
        "db status",
        "keys rotate",
        "keys retire",
        "keys show",
        "organisation check",
    ),
}


def commands(of: typer.Typer, group: str = "") -> Iterator[tuple[str, Any]]:
    for one in of.registered_commands:
        name = one.name or getattr(one.callback, "__name__", "").replace("_", "-")
        yield f"{group} {name}".strip(), one.callback
    for more in of.registered_groups:
        assert more.typer_instance
        yield from commands(more.typer_instance, str(more.name))


def test_no_command_shows_a_person_without_a_receipt() -> None:
    """Every command stands in one of the lists, so that a new one fails until somebody has decided;
    and where one shows somebody, its file leaves the receipt, or lets `spoken` do that."""
    found = dict(commands(app))
    assert sorted(found) == sorted(RECEIPTED | OF_THE_HOUSE)
    for name in RECEIPTED:
        source = Path(inspect.getfile(inspect.unwrap(found[name]))).read_text(encoding="utf-8")
        assert "leave_receipt(" in source or "spoken(" in source, name


def test_a_command_stands_in_words_among_the_readings_of_a_person() -> None:
    """Whoever asks who has read of them is told what was done, not its name on the command line."""
    assert not [it for it in RECEIPTED if "samordna" in operation_label(COMMAND + it).sv]
