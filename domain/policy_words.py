"""The policy as a lawyer reads it: every row of the table in Swedish or English, with its reason.

Rows that share a reason are told together: that is how they were written, and how they are judged.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from domain.labels import Label, label
from domain.policy import TABLE, Act, Information, Relation, Row

RELATIONS: Final[Mapping[Relation, Label]] = {
    Relation.ASSIGNED: Label("tilldelad", "assigned"),
    Relation.ENGAGED: Label("anlitad med samtycke", "engaged with consent"),
    Relation.RESPONSIBLE_UNIT: Label("ansvarig enhet", "responsible unit"),
    Relation.RECEIVING_UNIT: Label("mottagande enhet", "receiving unit"),
    Relation.SENDING_UNIT: Label("avsändande enhet", "sending unit"),
    Relation.INFORMED_UNIT: Label("informerad enhet", "informed unit"),
    Relation.SENDER: Label("extern avsändare av det", "sent it from outside"),
    Relation.PARTY: Label("tillfrågad utifrån", "asked outside"),
    Relation.CONSULTED_UNIT: Label("rådfrågad enhet", "consulted unit"),
    Relation.BROKEN_GLASS: Label("öppnade det i ett nödläge", "opened it in an emergency"),
    Relation.NONE: Label("ingen", "none"),
}

INFORMATION: Final[Mapping[Information, Label]] = {
    Information.LINE: Label("rad i sammanställning", "caseload line"),
    Information.IDENTITY: Label("identitet", "identity"),
    Information.CONTACT: Label("kontakt och adress", "contact and address"),
    Information.CIRCUMSTANCES: Label("omständigheter", "circumstances"),
    Information.DELIBERATION: Label("överväganden", "deliberation"),
    Information.NOTES: Label("anteckningar", "notes"),
    Information.TIMELINE: Label("förlopp", "timeline"),
    Information.EVENT_METADATA: Label("händelsers metadata", "events' metadata"),
    Information.EVENT_CONTENT: Label("händelsers innehåll", "events' content"),
    Information.ACCESS_LOG: Label("åtkomstlogg", "access log"),
    Information.REVIEW: Label("sekretessgranskning", "confidentiality review"),
    Information.REVIEW_QUESTION: Label("fråga från granskningen", "question of the review"),
    Information.EVALUATION: Label("utvärderingens uppgifter", "evaluation facts"),
    Information.AGGREGATES: Label("summor", "aggregates"),
    Information.REFERRAL: Label("aktualisering", "referral"),
    Information.PERSON_INDEX: Label("personnummerregister", "index of numbers"),
    Information.NUMBER_IN_LOGS: Label("personnummer i loggarna", "numbers in the logs"),
    Information.RECEIPT: Label("kvitto", "receipt"),
    Information.EXTERNAL_REFERRAL: Label("remiss", "external referral"),
    Information.CONSULTATION: Label("rådfrågning", "consultation"),
    Information.RESPONSIBILITY: Label("ansvar", "responsibility"),
    Information.EMERGENCY: Label("nödåtkomst", "emergency access"),
    Information.OPERATION: Label("polisinsats", "police operation"),
    Information.ACTIVITY: Label("aktivitet", "activity"),
    Information.MANDATE: Label("nämndbeslut", "mandate"),
    Information.INQUIRY: Label("behovsutredning", "inquiry"),
    Information.DISPOSAL: Label("gallring", "disposal"),
    Information.SUBJECT_RECORD: Label("registerutdrag", "subject record"),
    Information.ORGANISATION: Label("organisation", "organisation"),
    Information.TEAM: Label("team", "team"),
    Information.STAFF: Label("medarbetare", "staff"),
}

ACTS: Final[Mapping[Act, Label]] = {
    Act.READ: Label("läsa", "read"),
    Act.RECORD: Label("registrera", "record"),
    Act.SEND: Label("skicka", "send"),
    Act.WITHDRAW: Label("ta tillbaka", "withdraw"),
    Act.FORWARD: Label("skicka vidare", "forward"),
    Act.OVERRIDE: Label("frångå regeln", "override"),
    Act.ANSWER: Label("besvara", "answer"),
    Act.CONFIRM: Label("bekräfta", "confirm"),
    Act.ASSIGN: Label("tilldela", "assign"),
    Act.OFFER: Label("erbjuda", "offer"),
    Act.REQUEST: Label("begära", "request"),
    Act.CLOSE: Label("avsluta", "close"),
    Act.OPEN: Label("öppna i ett nödläge", "open in an emergency"),
    Act.MANAGE: Label("leda", "manage"),
}


class Told(NamedTuple):
    """One permission: every combination of these, for one reason."""

    roles: Sequence[str]
    relations: Sequence[str]
    information: Sequence[str]
    acts: Sequence[str]
    because: str


def told(language: str, table: Sequence[Row] = TABLE) -> Iterator[Told]:
    """The table, in its order, in Swedish ("sv") or English ("en"); reasons are in English."""

    def word(of: Label) -> str:
        return of.sv if language == "sv" else of.en

    for because, rows in groupby(table, key=lambda row: row.because):
        together = list(rows)
        yield Told(
            roles=list(dict.fromkeys(word(label(row.role)) for row in together)),
            relations=list(dict.fromkeys(word(RELATIONS[row.relation]) for row in together)),
            information=list(dict.fromkeys(word(INFORMATION[row.information]) for row in together)),
            acts=list(dict.fromkeys(word(ACTS[row.act]) for row in together)),
            because=because,
        )
