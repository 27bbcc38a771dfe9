"""Referrals: received and routed in one act (`reception`), accepted or declined by the receiving
unit (`answers`), moved on to another or taken back (`movement`), corrected (`corrections`). What
they have in common: who may come to a referral, the facts that the rules ask for, and the clocks of
a report (`files`)."""

from api.commands.referrals.answers import (
    accept_referral,
    confirm_decline,
    decline_referral,
    refuse_decline,
)
from api.commands.referrals.corrections import Right, correct_particulars
from api.commands.referrals.files import (
    applies,
    assess_anew,
    clockwork,
    end_routing,
    facts_of,
    look_into,
    require,
    running_since,
)
from api.commands.referrals.movement import (
    forward_referral,
    override_routing,
    wait_again,
    withdraw_referral,
)
from api.commands.referrals.reception import (
    ReferralDetails,
    age_told,
    receipt_of,
    receive_message,
    receive_referral,
    received,
    side_of_all,
)

__all__ = [
    "ReferralDetails",
    "Right",
    "accept_referral",
    "age_told",
    "applies",
    "assess_anew",
    "clockwork",
    "confirm_decline",
    "correct_particulars",
    "decline_referral",
    "end_routing",
    "facts_of",
    "forward_referral",
    "look_into",
    "override_routing",
    "receipt_of",
    "receive_message",
    "receive_referral",
    "received",
    "refuse_decline",
    "require",
    "running_since",
    "side_of_all",
    "wait_again",
    "withdraw_referral",
]
