"""Who may see and do what: one table, one function, deny by default.

The table is asked at the door and in `visible` (projections/access), nowhere else. Compartments
stand above it: across a side there is no relation, so no row can apply (S76-S78).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from uuid import UUID

from domain.codes import Compartment, Purpose, StaffRole


class Relation(StrEnum):
    """How a staff member stands to one case or referral."""

    ASSIGNED = "assigned"
    ENGAGED = "engaged"  # a coordinator, as long as a consent carries it (R6)
    RESPONSIBLE_UNIT = "responsible-unit"
    RECEIVING_UNIT = "receiving-unit"  # of a referral that waits, or of an offered handover
    SENDING_UNIT = "sending-unit"  # sent it, and holds it until it is accepted
    INFORMED_UNIT = "informed-unit"  # told that it exists (R3), or has answered it
    SENDER = "sender"  # sent it from outside the administration, and sees nothing of it
    PARTY = "party"  # outside the administration, asked by an external referral
    BROKEN_GLASS = "broken-glass"  # opened it in an emergency, a moment ago
    CONSULTED_UNIT = "consulted-unit"  # asked about a case, until it has answered
    NONE = "none"


class Information(StrEnum):
    """What an answer may tell, or a command may touch."""

    LINE = "line"  # ids, status, dates, owner: what a compilation may hold (SoLPuL 7 a §)
    IDENTITY = "identity"
    CONTACT = "contact"  # and address: of a protected identity, shown to nobody
    CIRCUMSTANCES = "circumstances"
    DELIBERATION = "deliberation"  # who told, and why units and workers decided as they did
    NOTES = "notes"
    TIMELINE = "timeline"
    EVENT_METADATA = "event-metadata"
    EVENT_CONTENT = "event-content"  # of a case under review; not its notes
    ACCESS_LOG = "access-log"
    REVIEW = "review"  # of who has read what (section 6)
    REVIEW_QUESTION = "review-question"  # to the manager of whoever read
    EVALUATION = "evaluation"  # facts without a name, for the questions of section 7
    AGGREGATES = "aggregates"  # sums of them, small ones suppressed
    REFERRAL = "referral"
    PERSON_INDEX = "person-index"  # whom a personal number leads to
    NUMBER_IN_LOGS = "number-in-logs"  # which files a number leads to, on every side
    RECEIPT = "receipt"  # that something arrived, and whether it is answered
    EXTERNAL_REFERRAL = "external-referral"  # what a party outside was asked, and nothing else
    CONSULTATION = "consultation"  # what a unit was asked about a case, and answered
    RESPONSIBILITY = "responsibility"
    EMERGENCY = "emergency"  # who has opened a case in one, and why
    OPERATION = "operation"  # of the police; whoever was met is a referral
    ACTIVITY = "activity"  # of nobody (S79)
    MANDATE = "mandate"
    INQUIRY = "inquiry"  # needs, counted; on the viewer's own side
    DISPOSAL = "disposal"  # how long files are kept, and which are to go; ids and days alone
    SUBJECT_RECORD = "subject-record"  # all that is recorded about a person, for that person
    ORGANISATION = "organisation"
    TEAM = "team"
    STAFF = "staff"


class Act(StrEnum):
    READ = "read"
    RECORD = "record"
    SEND = "send"
    WITHDRAW = "withdraw"  # what one has sent
    FORWARD = "forward"
    OVERRIDE = "override"  # where the rules point (S75)
    ANSWER = "answer"  # accept, or decline (or propose to)
    CONFIRM = "confirm"  # a decline that needs the unit manager (R2)
    ASSIGN = "assign"
    OFFER = "offer"
    REQUEST = "request"  # to take a case over
    CLOSE = "close"
    OPEN = "open"  # in an emergency, what one may not read
    MANAGE = "manage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who asks, from the access projection or the staff stream; never from a header."""

    staff: UUID
    role: StaffRole
    unit: str
    side: Compartment | None
    emergencies: frozenset[UUID] = frozenset()  # cases opened in one that has not run out
    engaged_in: frozenset[UUID] = frozenset()  # cases whose consent carries it today (R6)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What access depends on in one case or referral."""

    id: UUID | None = None  # of a case: nobody is engaged in anything else
    compartment: Compartment
    responsible_unit: str | None = None  # of a case; whoever holds a referral only waits
    receiving_unit: str | None = None
    sending_unit: str | None = None
    informed_units: tuple[str, ...] = ()
    workers: tuple[UUID, ...] = ()
    engaged: tuple[UUID, ...] = ()
    consulted_units: tuple[str, ...] = ()
    narrowed: bool = False  # the person's identity is protected
    party: str | None = None  # outside, that was asked by its number: no view knows who (S77)


@dataclass(frozen=True, slots=True)
class Row:
    role: StaffRole
    relation: Relation
    information: Information
    act: Act
    because: str
    purposes: tuple[Purpose, ...] = ()  # one of which must be stated; none: the door's own will do


_WORKER = (StaffRole.CASE_WORKER,)
_MANAGER = (StaffRole.UNIT_MANAGER,)
_AUTHORITY = _WORKER + _MANAGER
_OUTREACH = (StaffRole.OUTREACH_WORKER,)
_EXTERNAL = (StaffRole.EXTERNAL_SENDER,)
_AUDITOR = (StaffRole.AUDITOR,)
_COORDINATOR = (StaffRole.REGIONAL_COORDINATOR,)
_ADMINISTRATOR = (StaffRole.ADMINISTRATOR,)
_ANALYST = (StaffRole.ANALYST,)
_STRATEGIC = (StaffRole.STRATEGIC_SUPPORT,)

_EXPOSING = (Information.IDENTITY, Information.CONTACT, Information.CIRCUMSTANCES)
_ANSWERING = (*_EXPOSING, Information.DELIBERATION)
_CONTENT = (*_ANSWERING, Information.NOTES, Information.TIMELINE)


def _rows(
    roles: tuple[StaffRole, ...],
    relations: tuple[Relation, ...],
    information: tuple[Information, ...],
    acts: tuple[Act, ...],
    because: str,
    *,
    purposes: tuple[Purpose, ...] = (),
) -> Iterator[Row]:
    for role, relation, kind, act in product(roles, relations, information, acts):
        yield Row(role, relation, kind, act, because, purposes)


TABLE: tuple[Row, ...] = (
    *_rows(
        _AUTHORITY,
        (Relation.ASSIGNED, Relation.RESPONSIBLE_UNIT, Relation.RECEIVING_UNIT),
        (Information.LINE,),
        (Act.READ,),
        "a unit knows its own caseload and what waits for it; a line carries no sensitive data",
    ),
    *_rows(
        _AUTHORITY + _OUTREACH,
        (Relation.SENDING_UNIT, Relation.INFORMED_UNIT),
        (Information.LINE,),
        (Act.READ,),
        "who sent it holds it until it is accepted (S69); who is informed knows of it (R3)",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.ASSIGNED,),
        _CONTENT,
        (Act.READ,),
        "the assigned worker needs the whole file for the work (SoLPuL 10 §)",
    ),
    *_rows(
        _MANAGER,
        (Relation.RESPONSIBLE_UNIT,),
        _CONTENT,
        (Act.READ,),
        "the unit manager answers for the unit's cases (S6)",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.RECEIVING_UNIT,),
        _ANSWERING,
        (Act.READ,),
        "whoever answers a referral or a handover needs what it rests on",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.CONSULTED_UNIT,),
        (Information.LINE, Information.CONSULTATION),
        (Act.READ,),
        "a unit that is asked about a case sees that it exists, and the question (R11)",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.CONSULTED_UNIT,),
        (Information.CONSULTATION,),
        (Act.ANSWER,),
        "the unit that was asked answers; responsibility stays where it is",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.ASSIGNED,),
        (Information.CONSULTATION,),
        (Act.READ,),
        "the assigned worker reads what was asked and answered (S7)",
    ),
    *_rows(
        _MANAGER,
        (Relation.RESPONSIBLE_UNIT,),
        (Information.CONSULTATION,),
        (Act.READ,),
        "the unit manager answers for the unit's cases (S6)",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.NONE,),
        (Information.EMERGENCY,),
        (Act.OPEN,),
        "in an emergency a case on one's own side is opened, with a reason and for hours; the"
        " manager is told at once and the review sees it (section 5)",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.BROKEN_GLASS,),
        (Information.LINE, *_CONTENT),
        (Act.READ,),
        "whoever must act in an emergency needs what is known (section 5)",
    ),
    *_rows(
        _MANAGER,
        (Relation.RESPONSIBLE_UNIT,),
        (Information.EMERGENCY,),
        (Act.READ,),
        "the manager of the responsible unit is told who has opened its cases, and why",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.INFORMED_UNIT,),
        (Information.RESPONSIBILITY,),
        (Act.REQUEST,),
        "a unit that was told of somebody may ask to take the case over (R2, R3)",
    ),
    *_rows(
        _COORDINATOR,
        (Relation.ENGAGED,),
        (Information.LINE, *_EXPOSING),
        (Act.READ,),
        "a coordinator learns of a person only with consent, and while it stands (R6, S11)",
    ),
    *_rows(
        _AUTHORITY + _OUTREACH + _EXTERNAL,
        (Relation.NONE,),
        (Information.REFERRAL,),
        (Act.SEND,),
        "anybody who works with exposed persons may refer; some must (S29-S34)",
    ),
    *_rows(
        _EXTERNAL,
        (Relation.SENDER,),
        (Information.RECEIPT,),
        (Act.READ,),
        "who sent something asks whether it arrived and is answered, and learns no more (S15-S20)",
    ),
    *_rows(
        _AUTHORITY + _OUTREACH,
        (Relation.NONE,),
        (Information.RECEIPT,),
        (Act.READ,),
        "so does a unit of the administration, of its own: a receipt is no file, and tells neither"
        " whom it is about nor on which side it lies (S69, R9)",
    ),
    *_rows(
        _EXTERNAL,
        (Relation.PARTY,),
        (Information.EXTERNAL_REFERRAL,),
        (Act.READ, Act.ANSWER),
        "who is asked by an external referral reads the question and answers it (S15-S20)",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.ASSIGNED,),
        (Information.EXTERNAL_REFERRAL,),
        (Act.READ,),
        "the assigned worker sees which answers have come, and asks after the others (S7)",
    ),
    *_rows(
        _MANAGER,
        (Relation.RESPONSIBLE_UNIT,),
        (Information.EXTERNAL_REFERRAL,),
        (Act.READ,),
        "the unit manager sees what waits for an answer outside (S6)",
    ),
    *_rows(
        _EXTERNAL,
        (Relation.SENDER,),
        (Information.REFERRAL,),
        (Act.WITHDRAW,),
        "who sent it from outside may take it back while nobody has answered",
    ),
    *_rows(
        _AUTHORITY + _OUTREACH,
        (Relation.SENDING_UNIT,),
        (Information.REFERRAL,),
        (Act.WITHDRAW,),
        "who sent it may take it back while nobody has answered",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.RECEIVING_UNIT,),
        (Information.REFERRAL,),
        (Act.FORWARD,),
        "what no rule decides is sorted by the unit that received it (R0, R12)",
    ),
    *_rows(
        _MANAGER,
        (Relation.RECEIVING_UNIT,),
        (Information.REFERRAL,),
        (Act.OVERRIDE,),
        "a rule is set aside by the unit manager, with a written reason (S75)",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.RECEIVING_UNIT,),
        (Information.REFERRAL, Information.RESPONSIBILITY),
        (Act.ANSWER,),
        "the receiving unit answers (R2)",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.RECEIVING_UNIT,),
        (Information.REFERRAL,),
        (Act.RECORD,),
        "whoever a report came to assesses it and tells the reporter (SoL 20:1-2, 19:6)",
    ),
    *_rows(
        _MANAGER,
        (Relation.RECEIVING_UNIT,),
        (Information.REFERRAL, Information.RESPONSIBILITY),
        (Act.CONFIRM,),
        "a decline under R2 is confirmed by the receiving unit's manager",
    ),
    *_rows(
        _MANAGER,
        (Relation.RESPONSIBLE_UNIT,),
        (Information.RESPONSIBILITY,),
        (Act.ASSIGN, Act.OFFER, Act.CLOSE),
        "the manager of the responsible unit leads its work (S6)",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.ASSIGNED,),
        (Information.RESPONSIBILITY,),
        (Act.OFFER, Act.CLOSE),
        "the assigned worker carries the case (S7)",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.NONE,),
        (Information.PERSON_INDEX,),
        (Act.READ,),
        "a number is looked up on one's own side, and leads only to files that one may see",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.ASSIGNED,),
        (Information.IDENTITY,),
        (Act.RECORD,),
        "the assigned worker finds out who it is (S7)",
    ),
    *_rows(
        _MANAGER,
        (Relation.RESPONSIBLE_UNIT,),
        (Information.IDENTITY,),
        (Act.RECORD,),
        "the unit manager answers for who is on record, and merges what is double (S6)",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.ASSIGNED,),
        (Information.NOTES, Information.CIRCUMSTANCES),
        (Act.RECORD,),
        "the assigned worker documents the case (S7)",
    ),
    *_rows(
        _MANAGER,
        (Relation.RESPONSIBLE_UNIT,),
        (Information.NOTES, Information.CIRCUMSTANCES),
        (Act.RECORD,),
        "the unit manager answers for the documentation, and writes where nobody is assigned (S6)",
    ),
    *_rows(
        _AUDITOR,
        (Relation.NONE,),
        (Information.EVENT_METADATA, Information.ACCESS_LOG),
        (Act.READ,),
        "the confidentiality review sees who did and saw what, not the content (SoLPuL 10 §)",
    ),
    *_rows(
        _AUDITOR,
        (Relation.NONE,),
        (Information.EVENT_CONTENT,),
        (Act.READ,),
        "whether an access was justified may need the content: with a stated purpose, and without"
        " the notes and the person (SoLPuL 10 §)",
        purposes=(Purpose.REVIEW,),
    ),
    *_rows(
        _AUDITOR,
        (Relation.NONE,),
        (Information.NUMBER_IN_LOGS,),
        (Act.READ,),
        "a tip names a person: their number leads the review to what was done and read about them,"
        " with a stated purpose (SoLPuL 10 §)",
        purposes=(Purpose.REVIEW,),
    ),
    *_rows(
        _AUDITOR,
        (Relation.NONE,),
        (Information.REVIEW,),
        (Act.READ, Act.RECORD),
        "the auditor carries the confidentiality review, and records nothing else (section 6)",
    ),
    *_rows(
        _MANAGER,
        (Relation.NONE,),
        (Information.REVIEW_QUESTION,),
        (Act.READ, Act.ANSWER),
        "a manager is asked what their own staff had to do in a case, and sees no other question",
    ),
    *_rows(
        _ANALYST,
        (Relation.NONE,),
        (Information.EVALUATION,),
        (Act.READ,),
        "the evaluation is purpose-bound, and its facts are of nobody by name (SoLPuL 7 a §)",
    ),
    *_rows(
        _ANALYST + _STRATEGIC + _MANAGER + _ADMINISTRATOR,
        (Relation.NONE,),
        (Information.AGGREGATES,),
        (Act.READ,),
        "whoever answers for the work, or follows it up, sees sums; small ones are hidden (S82)",
    ),
    *_rows(
        _AUTHORITY + _EXTERNAL,
        (Relation.NONE,),
        (Information.OPERATION,),
        (Act.SEND,),
        "the police announce an operation and refer those met, or who takes their call does (S31)",
    ),
    *_rows(
        _AUTHORITY + _COORDINATOR,
        (Relation.NONE,),
        (Information.OPERATION,),
        (Act.READ, Act.ANSWER),
        "Nexus and the regional coordinators handle it, both acknowledge it; no person in it (R6)",
    ),
    *_rows(
        _AUTHORITY,
        (Relation.NONE,),
        (Information.OPERATION,),
        (Act.CLOSE,),
        "who follows those met knows when all of them are told of (S31)",
    ),
    *_rows(
        _AUTHORITY + _OUTREACH + _COORDINATOR + _STRATEGIC,
        (Relation.NONE,),
        (Information.ACTIVITY,),
        (Act.READ, Act.RECORD),
        "whoever carries an activity plans and tells of it, and knows the others'; nobody is in it",
    ),
    *_rows(
        _ADMINISTRATOR + _ANALYST,
        (Relation.NONE,),
        (Information.ACTIVITY,),
        (Act.READ,),
        "what is done is followed up in numbers (S72, S73)",
    ),
    *_rows(
        _AUTHORITY + _ADMINISTRATOR + _STRATEGIC + _COORDINATOR,
        (Relation.NONE,),
        (Information.TEAM,),
        (Act.READ,),
        "who is in the team is known to those who work with it (S10)",
    ),
    *_rows(
        _AUTHORITY + _ADMINISTRATOR + _STRATEGIC + _COORDINATOR + _ANALYST,
        (Relation.NONE,),
        (Information.MANDATE,),
        (Act.READ,),
        "the board's decisions are public, and so is what they started (S1)",
    ),
    *_rows(
        _ADMINISTRATOR + _STRATEGIC,
        (Relation.NONE,),
        (Information.MANDATE,),
        (Act.RECORD,),
        "the administration carries out what the board decides (S2, S4)",
    ),
    *_rows(
        _AUTHORITY + _OUTREACH,
        (Relation.NONE,),
        (Information.INQUIRY,),
        (Act.READ, Act.RECORD),
        "whoever hears a need expressed tells of it, on their own side; of nobody (S66, S68)",
    ),
    *_rows(
        _MANAGER,
        (Relation.NONE,),
        (Information.INQUIRY,),
        (Act.MANAGE,),
        "the unit manager answers for what the board is told of the needs (S50, S51)",
    ),
    *_rows(
        _MANAGER + _ADMINISTRATOR,
        (Relation.NONE,),
        (Information.TEAM, Information.STAFF),
        (Act.MANAGE,),
        "a manager staffs the team (S6); an administrator records positions and sees no case",
    ),
    *_rows(
        _ADMINISTRATOR,
        (Relation.NONE,),
        (Information.ORGANISATION,),
        (Act.READ, Act.MANAGE),
        "the administrator records how the municipality has organised itself, and sees no case",
    ),
    *_rows(
        _MANAGER,
        (Relation.RESPONSIBLE_UNIT, Relation.RECEIVING_UNIT, Relation.INFORMED_UNIT),
        (Information.DISPOSAL,),
        (Act.RECORD,),
        "who carries it, or has answered it, states what keeps a file, and lifts it (SoL 16:1-4)",
    ),
    *_rows(
        _MANAGER,
        (Relation.RESPONSIBLE_UNIT,),
        (Information.SUBJECT_RECORD,),
        (Act.READ,),
        "the unit manager hands a person what is recorded about them, and who read it (OSL 12:1)",
    ),
    *_rows(
        _ADMINISTRATOR,
        (Relation.NONE,),
        (Information.DISPOSAL,),
        (Act.READ, Act.MANAGE, Act.CONFIRM),
        "disposal is carried out by the administration, by two persons, and shows ids and days",
    ),
    *_rows(
        _AUTHORITY + _ADMINISTRATOR,
        (Relation.NONE,),
        (Information.STAFF,),
        (Act.READ,),
        "colleagues of one's own unit and side are known by name",
    ),
)

_PERMITTED = frozenset((row.role, row.relation, row.information, row.act) for row in TABLE)


def side_of(compartment: Compartment) -> Compartment:
    """Who meets it. Until a role is known (R16), the exposed side does the triage (c)."""
    return Compartment.EXPOSED if compartment is Compartment.TRIAGE else compartment


def sees_compartment(side: Compartment | None, compartment: Compartment) -> bool:
    """One side only."""
    return side is side_of(compartment)


def relations(viewer: Viewer, file: File) -> frozenset[Relation]:
    """How the viewer stands to the file; across a side there is none. An external sender serves no
    side and may have sent to any: it stands to the receipt of what it sent and to the question that
    it was asked, never to the file."""
    if viewer.role is StaffRole.EXTERNAL_SENDER:
        outside = {
            Relation.SENDER: viewer.unit == file.sending_unit,
            Relation.PARTY: viewer.unit == file.party,
        }
        return frozenset(relation for relation, holds in outside.items() if holds)
    if not sees_compartment(viewer.side, file.compartment):
        return frozenset()
    found = {
        Relation.ASSIGNED: viewer.staff in file.workers,
        Relation.ENGAGED: viewer.staff in file.engaged and file.id in viewer.engaged_in,
        Relation.RESPONSIBLE_UNIT: viewer.unit == file.responsible_unit,
        Relation.RECEIVING_UNIT: viewer.unit == file.receiving_unit,
        Relation.SENDING_UNIT: viewer.unit == file.sending_unit,
        Relation.INFORMED_UNIT: viewer.unit in file.informed_units,
        Relation.CONSULTED_UNIT: viewer.unit in file.consulted_units,
        Relation.BROKEN_GLASS: file.id in viewer.emergencies,
    }
    near = near_protected(viewer.role) if file.narrowed else found.keys()
    return frozenset(relation for relation, holds in found.items() if holds and relation in near)


_NEAR = frozenset({Relation.ASSIGNED, Relation.BROKEN_GLASS})
_NEAR_MANAGERS = _NEAR | {Relation.RESPONSIBLE_UNIT, Relation.RECEIVING_UNIT}


def near_protected(role: StaffRole) -> frozenset[Relation]:
    """Who comes near a protected identity: the assigned workers and the unit managers; and, with
    the reason on record, whoever must in an emergency (section 5, c)."""
    return _NEAR_MANAGERS if role is StaffRole.UNIT_MANAGER else _NEAR


def may(viewer: Viewer, act: Act, information: Information, file: File | None = None) -> bool:
    """Whether a row of the table permits the act; without a file, only rows that need none."""
    held = relations(viewer, file) if file is not None else frozenset()
    return any(
        (viewer.role, relation, information, act) in _PERMITTED
        for relation in (*held, Relation.NONE)
    )


def purposes(role: StaffRole, act: Act, information: Information) -> frozenset[Purpose]:
    """Of which purposes one must be stated; none, where what the door is for will do."""
    return frozenset(
        purpose
        for row in TABLE
        if (row.role, row.information, row.act) == (role, information, act)
        for purpose in row.purposes
    )


def permitting(role: StaffRole, act: Act, information: Information) -> frozenset[Relation]:
    """The relations through which a role may act; `visible` renders them to SQL."""
    return frozenset(
        row.relation
        for row in TABLE
        if (row.role, row.information, row.act) == (role, information, act)
    )
