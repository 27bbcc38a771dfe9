"""What was done, in words, by the name under which a receipt keeps it."""

from collections.abc import Mapping
from typing import Final

from api.door import SUMMARIES
from domain.labels import Label

COMMAND: Final = "samordna "

_COMMANDS: Final[Mapping[str, Label]] = {
    "subject-access": Label("Ta fram ett registerutdrag", "Make a subject record"),
    "disposal": Label("Gallring", "Disposal"),
    "review": Label("Sekretessgranskning", "Confidentiality review"),
    "disclosures": Label("Lista utlämnanden", "List disclosures"),
    "events": Label("Granska händelseloggen", "Inspect the log of events"),
    "readings": Label("Granska åtkomstloggen", "Inspect the log of readings"),
    "bundle": Label("Lämna ut bevis om ett ärende", "Hand out the proofs of a case"),
}
_BY_THE_HOUSE: Final[Mapping[str, Label]] = {
    "executeDisposals": Label("Gallring", "Disposal"),
    "reckonMonth": Label("Månadens avstämning av åldrar", "The month's reckoning of ages"),
}


def operation_label(what: str) -> Label:
    """A door, a command, or what the house does by itself. A name that is no longer in use tells
    itself."""
    if what.startswith(COMMAND):
        return _COMMANDS[what.removeprefix(COMMAND).split()[0]]
    return SUMMARIES.get(what) or _BY_THE_HOUSE.get(what) or Label(what, what)
