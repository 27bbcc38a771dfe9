"""What a recorded fact says, in words, for the person whom it is about: each field by its name,
each value by the type that the event declares.

Of persons, referrals, cases and their deadlines, everything but ids. A code that means something
only inside the house (a rule's number, a track) is told by its label.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final, get_args, get_type_hints

from domain.catalogue import ENTRIES
from domain.labels import Label, label

_EVENT: Final[Mapping[str, type]] = {entry.kind or entry.name: entry.event for entry in ENTRIES}
_YES, _NO = Label("ja", "yes"), Label("nej", "no")


def field_label(name: str) -> Label:
    """What a field is called. Raises KeyError."""
    return _FIELDS[name]


def in_words(kind: str, name: str, value: object, units: Mapping[str, Label]) -> Label | None:
    """What the field of a fact says; None where it says nothing.

    `kind` is the fact's public name, or what its veil hid; `value` is as JSON has it. A moment is
    told as it was recorded: whoever shows it knows where they are.
    """
    told = [_one(kind, name, each, units) for each in _each(value)]
    if not told:
        return None
    return Label(", ".join(it.sv for it in told), ", ".join(it.en for it in told))


def _each(value: object) -> Iterator[object]:
    if isinstance(value, list | tuple):
        yield from value
    elif value is not None and value != "":
        yield value


def _one(kind: str, name: str, value: object, units: Mapping[str, Label]) -> Label:
    if isinstance(value, bool):
        return _YES if value else _NO
    text = str(value)
    if name in _NAMES_UNITS:
        return units.get(text, Label(text, text))
    codes = _codes(kind).get(name)
    return label(codes(text)) if codes else Label(text, text)


@cache
def _codes(kind: str) -> Mapping[str, type[StrEnum]]:
    """Which fields of a fact hold a code, and of which list."""
    hints = get_type_hints(_EVENT[kind])
    found = {name: list(_leaves(hint)) for name, hint in hints.items()}
    return {
        name: leaf
        for name, leaves in found.items()
        for leaf in leaves
        if isinstance(leaf, type) and issubclass(leaf, StrEnum)
    }


def holds_a_moment(kind: str, name: str) -> type[date] | None:
    """Whether a field holds a moment or a day, which JSON has as text."""
    leaves = list(_leaves(get_type_hints(_EVENT[kind])[name]))
    return datetime if datetime in leaves else date if date in leaves else None


def _leaves(hint: Any) -> Iterator[Any]:
    inner = get_args(hint)
    if not inner:
        yield hint
    for each in inner:
        yield from _leaves(each)


_NAMES_UNITS: Final = frozenset(
    {"unit", "units", "from_unit", "to_unit", "holder", "informed", "sender_unit"}
)

_FIELDS: Final[Mapping[str, Label]] = {
    "account": Label("vad som berättades", "what was told"),
    "acute": Label("akut", "acute"),
    "advice": Label("råd", "advice"),
    "age": Label("ålder", "age"),
    "answer": Label("svar", "answer"),
    "answer_due": Label("svar senast", "answer due"),
    "assessed_by": Label("bedömd av", "assessed by"),
    "assessor": Label("bedömare", "assessor"),
    "at_once": Label("genast", "at once"),
    "basis": Label("grundas på", "rests on"),
    "born": Label("född", "born"),
    "by_index": Label("funnen genom personnumret", "found by the personal number"),
    "channel": Label("kontaktväg", "channel"),
    "clock": Label("vilken frist", "which time limit"),
    "compartment": Label("spår", "track"),
    "concern": Label("vad saken gäller", "concern"),
    "conclusion": Label("utredningens slutsats", "conclusion"),
    "contact": Label("kontaktuppgift", "contact"),
    "deciding": Label("regel som avgjorde fördelningen", "rule that decided the routing"),
    "due": Label("senast", "due"),
    "entry": Label("rättad post, nummer i ärendet", "corrected entry, its number in the case"),
    "explanation": Label("förklaring", "explanation"),
    "exploitation": Label("form av utnyttjande", "form of exploitation"),
    "from_unit": Label("från enhet", "from unit"),
    "gender": Label("kön", "gender"),
    "giver": Label("vem som samtyckte", "who consented"),
    "going_along": Label("uppgifter som följde med", "what went along"),
    "granted": Label("beviljad", "granted"),
    "ground": Label("grund", "ground"),
    "holder": Label("enhet som höll den", "unit that held it"),
    "how": Label("hur den avslutades", "how it ended"),
    "informed": Label("underrättade enheter", "units informed"),
    "kind": Label("slag", "kind"),
    "kind_told": Label("slag av aktualisering", "kind of referral"),
    "ksi_code": Label("KSI-kod", "KSI code"),
    "last": Label("slutligt svar", "final answer"),
    "last_day": Label("sista dag", "last day"),
    "level": Label("nivå", "level"),
    "municipality": Label("kommun", "municipality"),
    "name": Label("namn", "name"),
    "number": Label("personnummer eller annat nummer", "personal or other number"),
    "number_kind": Label("slag av nummer", "kind of number"),
    "opens": Label("utredning inleds", "an investigation opens"),
    "outcome": Label("utgång", "outcome"),
    "party": Label("part", "party"),
    "presumption": Label("bedömning", "assessment"),
    "provider": Label("utförare", "provider"),
    "question": Label("fråga", "question"),
    "reason": Label("skäl", "reason"),
    "receipt": Label("kvittens", "receipt"),
    "receiver": Label("mottagare", "receiver"),
    "register_number": Label("diarienummer", "register number"),
    "residence": Label("hemvist", "residence"),
    "role": Label("roll", "role"),
    "rule": Label("regel", "rule"),
    "rules": Label("regler", "rules"),
    "scope": Label("uppgifter som omfattas", "what is covered"),
    "sender_unit": Label("avsändande enhet", "sending unit"),
    "senders_reference": Label("avsändarens beteckning", "the sender's reference"),
    "since": Label("sedan", "since"),
    "source": Label("källa", "source"),
    "text": Label("text", "text"),
    "times": Label("antal gånger", "times"),
    "to_unit": Label("till enhet", "to unit"),
    "told": Label("vad som meddelades", "what was said"),
    "topic": Label("ämne", "topic"),
    "unit": Label("enhet", "unit"),
    "units": Label("enheter", "units"),
    "until": Label("till och med", "until"),
    "version": Label("lag som gällde", "law in force"),
    "warned": Label("påminnelse", "reminder"),
    "withheld": Label("varför underrättelse inte lämnades", "why nobody was informed"),
}
