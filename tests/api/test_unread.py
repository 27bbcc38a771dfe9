"""Facts as followers read them."""

from uuid import UUID

import pytest

from api.runtime.log.event_log import StoredEventLog
from api.runtime.log.fact_log import FactLog
from api.runtime.log.mapper import Mapper, UnknownEventName
from api.runtime.log.unread import UnreadFact
from domain.case import CaseJoined
from tests.appends import A_MOMENT, ACTOR, IDS, new_append, new_event
from tests.fakes import MemoryVault


def test_a_fact_is_decoded_when_somebody_looks_at_it_and_once() -> None:
    """What no projection looks at costs nothing but its bytes."""
    decoded = []

    def decode(payload: bytes, stream: UUID, version: int) -> object:
        decoded.append((payload, stream, version))
        return object()

    stream = IDS.new()
    fact = UnreadFact(
        decode, 7, stream, 3, "case.joined", A_MOMENT, A_MOMENT, ACTOR, "nexus", b"{}"
    )
    assert (fact.position, fact.stream, fact.version, fact.name) == (7, stream, 3, "case.joined")
    assert decoded == []
    assert fact.event is fact.event
    assert decoded == [(b"{}", stream, 3)]


async def test_followers_read_what_was_recorded(log: StoredEventLog) -> None:
    """Each fact at its place, with its moments and who recorded it."""
    stream, referral = IDS.new(), IDS.new()
    payload = f'{{"referral":"{referral}"}}'.encode()
    await log.append(new_append(new_event(stream, name="case.joined", payload=payload)))
    vault = MemoryVault()
    (fact,) = await FactLog(log, Mapper(vault), vault).read(0, 10)
    assert fact.event == CaseJoined(referral=referral)
    assert (fact.position, fact.stream, fact.version) == (1, stream, 1)
    assert (fact.occurred_at, fact.actor, fact.unit) == (A_MOMENT, ACTOR, "nexus")


async def test_an_unknown_fact_is_refused_before_anybody_looks(log: StoredEventLog) -> None:
    """An old program does not pass over what a newer one has recorded."""
    await log.append(new_append(new_event(IDS.new(), name="case.of-tomorrow")))
    vault = MemoryVault()
    with pytest.raises(UnknownEventName):
        await FactLog(log, Mapper(vault), vault).read(0, 10)
