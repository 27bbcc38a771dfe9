"""kill -9 of the server in the middle of a thousand commands."""

import asyncio
import random
from itertools import batched  # type: ignore[attr-defined,unused-ignore]

import pytest

from tests.faults.clients import COMMANDS_OF_A_STORY, new_session, staff, story
from tests.faults.premises import Premises, Serving, free_port
from tests.faults.proofs import (
    answers_have_their_receipts,
    commands_are_recorded_once,
    positions_are_dense,
    views_equal_a_rebuild,
)
