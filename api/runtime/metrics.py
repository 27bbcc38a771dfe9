"""What is counted, and its names (the README's table). Each process counts its own; how the views
stand, the database tells whoever is asked."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.runtime.audit.cosigning import Cosigning
from api.runtime.audit.nightly import NightlyVerification
from api.runtime.rounds import Rounds
from api.runtime.serving.siblings import told_by_all
from domain.errors import Unavailable
from projections.standing import Standing

Standings = Callable[[], Awaitable[Sequence[Standing]]]
Alarms = Callable[[], Awaitable[Mapping[str, int]]]


class _Number(NamedTuple):
    name: str
    kind: type[CounterMetricFamily | GaugeMetricFamily]
    about: str
    of: Callable[[Any], float]


_C, _G = CounterMetricFamily, GaugeMetricFamily

WRITERS: Final = (
    _Number("writer_waiting", _G, "What waits to be recorded.", lambda it: it.queue_length),
    _Number("writer_recorded", _C, "What was recorded.", lambda it: it.recorded),
    _Number("writer_groups", _C, "Commits it took.", lambda it: it.groups),
    _Number("writer_commit_seconds", _C, "Time they took.", lambda it: it.commit_seconds),
    _Number("writer_taken_apart", _C, "Groups taken apart.", lambda it: it.groups_taken_apart),
)
STREAMS: Final = (
    _Number("streams_remembered", _G, "Streams in memory.", lambda it: it.remembered),
    _Number("streams_recalled", _C, "Streams that memory gave.", lambda it: it.recalled),
    _Number("streams_read", _C, "Streams that the log was asked for.", lambda it: it.read),
)
FOLLOWERS: Final = (
    _Number("follower_position", _G, "How far this process knows.", lambda it: it.position),
    _Number("follower_lag_seconds", _G, "What the doors go by.", lambda it: it.lag()),
    _Number("follower_folded", _C, "Items folded here.", lambda it: it.folded),
    _Number("follower_batch", _G, "Items of the last batch.", lambda it: it.batches.size),
    _Number("follower_commit_seconds", _G, "What it took.", lambda it: it.batches.seconds),
    _Number("follower_restarts", _C, "Attempts that failed.", lambda it: it.restarts),
)
ROUNDS: Final = (
    _Number("rounds", _C, "Rounds done.", lambda it: it.done),
    _Number("rounds_failed", _C, "Rounds failed.", lambda it: it.failed),
    _Number("rounds_since_seconds", _G, "Since one did not fail.", lambda it: it.seconds_since),
)
SEALERS: Final = (
    _Number("sealer_size", _G, "Leaves of the latest checkpoint known here.", lambda it: it.size),
    _Number("sealer_unsealed", _G, "Leaves that no checkpoint covers.", lambda it: it.unsealed),
    _Number("sealer_signed_at", _G, "When it was, in Unix seconds.", lambda it: it.signed_at),
    _Number(
        "sealer_rolled_back",
        _G,
        "1 when more was signed than there is.",
        lambda it: it.was_rolled_back,
    ),
    _Number("sealer_sealed", _C, "Leaves sealed here.", lambda it: it.sealed),
)
FORGETTING: Final = (
    _Number("orphans_swept", _C, "What was made and no fact used.", lambda it: it.swept),
)
VERIFICATIONS: Final = (
    _Number("verified_size", _G, "Leaves last recomputed from their rows.", lambda it: it.size),
    _Number("verified_at", _G, "When, in Unix seconds.", lambda it: it.at.timestamp()),
    _Number("verified_holds", _G, "1 when nothing was wrong.", lambda it: it.holds),
)
COSIGNATURES: Final = (
    _Number("cosigned_size", _G, "Leaves that enough witnesses have seen.", lambda it: it.size),
    _Number("cosigned_at", _G, "When they last said so, in Unix seconds.", lambda it: it.when),
    _Number("witnesses_out", _G, "Witnesses that do not cosign.", lambda it: it.out),
)
WORKERS: Final = (
    _Number("worker_starts", _C, "How often it was started.", lambda it: it.starts),
    _Number("worker_asks", _G, "Connections that it asks for.", lambda it: it.wishes),
)
VIEWS: Final = (
    _Number("view_position", _G, "How far the view has come.", lambda it: it.position),
    _Number("view_positions_behind", _G, "Items not folded.", lambda it: it.positions_behind),
    _Number("view_seconds_behind", _G, "Age of the oldest of them.", lambda it: it.seconds_behind),
    _Number("view_parked_keys", _G, "Keys that are parked.", lambda it: it.parked_keys),
    _Number("view_parked_items", _G, "Items of those keys.", lambda it: it.parked_items),
    _Number("view_followed", _G, "1 while somebody follows it.", lambda it: it.is_followed),
    _Number("view_takeovers", _C, "How often somebody took over.", lambda it: it.epoch),
)
ALARMS: Final = (_Number("alarms", _G, "How often this stands that must not.", float),)


def _families(
    numbers: Collection[_Number], label: str, parts: Mapping[str, object]
) -> Iterator[Metric]:
    for number in numbers:
        family = number.kind(f"samordna_{number.name}", number.about, labels=[label])
        for name, part in parts.items():
            family.add_metric([name], number.of(part))
        yield family


@dataclass(slots=True, kw_only=True, eq=False)
class Parts(Collector):
    """The parts of a process whose numbers are read when somebody asks: counting costs nothing."""

    writers: Mapping[str, object] = field(default_factory=dict)
    streams: Mapping[str, object] = field(default_factory=dict)
    followers: dict[str, Any] = field(default_factory=dict)
    rounds: list[Rounds] = field(default_factory=list)
    sealers: dict[str, Any] = field(default_factory=dict)
    nightly: NightlyVerification | None = None
    cosigning: Cosigning | None = None
    forgetting: dict[str, object] = field(default_factory=dict)
    workers: Mapping[str, object] = field(default_factory=dict)

    def collect(self) -> Iterator[Metric]:
        yield from _families(WRITERS, "log", self.writers)
        yield from _families(STREAMS, "log", self.streams)
        yield from _families(FOLLOWERS, "view", self.followers)
        yield from _families(ROUNDS, "loop", {rounds.name: rounds for rounds in self.rounds})
        yield from _families(SEALERS, "log", self.sealers)
        yield from _families(FORGETTING, "loop", self.forgetting)
        if self.nightly:
            yield from _families(VERIFICATIONS, "log", self.nightly.latest)
        if self.cosigning and self.cosigning.is_wanted:
            yield from _families(COSIGNATURES, "log", self.cosigning.standing())
        yield from _families(WORKERS, "number", self.workers)

    def registry(self) -> CollectorRegistry:
        """These numbers, and those of the process."""
        registry = CollectorRegistry()
        registry.register(self)
        ProcessCollector(registry=registry)
        return registry


class Metrics:
    """All that this house counts: of this process; in a house of several, of all of them."""

    def __init__(self, parts: Parts, standings: Standings, alarms: Alarms) -> None:
        self.registry = parts.registry()
        self.parts = parts
        self._standings = standings
        self._alarms = alarms
        self._siblings: tuple[Path, Sequence[str]] | None = None

    def share(self, folder: Path, siblings: Sequence[str]) -> None:
        """From now on, theirs are told, too."""
        self._siblings = folder, siblings

    def standing_still(self) -> list[str]:
        return [rounds.name for rounds in self.parts.rounds if rounds.stands_still]

    def sealing(self) -> dict[str, dict[str, object]]:
        """How the audit logs stand, as far as this process seals them."""
        verified = self.parts.nightly.latest if self.parts.nightly else {}
        cosigning = self.parts.cosigning
        return {
            log: {
                **(cosigning.told(log) if cosigning and cosigning.is_wanted else {}),
                "sealed": sealer.size,
                "unsealed": sealer.unsealed,
                "verifiedAt": verified[log].at.isoformat() if log in verified else None,
                "holds": verified[log].holds if log in verified else None,
            }
            for log, sealer in self.parts.sealers.items()
        }

    def rolled_back(self) -> list[str]:
        """The audit logs of which others know more than they hold, or something else: an older
        backup was restored, or rows were changed."""
        parts = self.parts
        return [
            log
            for log, sealer in parts.sealers.items()
            if sealer.was_rolled_back or (parts.cosigning and parts.cosigning.contradicts(log))
        ]

    def own(self) -> str:
        return text(self.registry)

    async def told(self) -> str:
        """In Prometheus' text format. While the database is away, nothing of the views."""
        counted = await told_by_all(*self._siblings) if self._siblings else self.own()
        try:
            views = {it.view: it for it in await self._standings()}
            alarms = await self._alarms()
        except Unavailable:
            return counted
        house = CollectorRegistry()
        told = [*_families(VIEWS, "view", views), *_families(ALARMS, "alarm", alarms)]
        house.register(_Told(told))
        return counted + text(house)


class _Told(Collector):
    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Sequence[Metric]:
        return self._families


def text(registry: CollectorRegistry) -> str:
    return generate_latest(registry).decode()
