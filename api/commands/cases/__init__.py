"""Cases: who works with them (`assignments`), what is found of the person's age (`ages`), how they
change hands (`handovers`), and how they are documented, closed and reopened (`life`)."""

from api.commands.cases.ages import establish_age, review_age
from api.commands.cases.assignments import (
    assign,
    assign_case_worker,
    reassign_cases,
    release_case_worker,
)
from api.commands.cases.handovers import (
    accept_handover,
    confirm_handover_decline,
    decline_handover,
    offer_handover,
    refuse_handover_decline,
    withdraw_handover,
)
from api.commands.cases.life import close_case, record_note, reopen_case

__all__ = [
    "accept_handover",
    "assign",
    "assign_case_worker",
    "close_case",
    "confirm_handover_decline",
    "decline_handover",
    "establish_age",
    "offer_handover",
    "reassign_cases",
    "record_note",
    "refuse_handover_decline",
    "release_case_worker",
    "reopen_case",
    "review_age",
    "withdraw_handover",
]
