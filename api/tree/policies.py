"""Whom one believes about a log (C2SP tlog-policy): its keys, its witnesses, and how many of them
must have cosigned a checkpoint before it counts."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from api.tree.notes import COSIGNATURE, ED25519, KeyIsUnsound, Note, Verifier

_NONE: Final = "none"


class PolicyIsUnsound(ValueError):
    """This is no policy of a log; the message names the line."""


class Log(NamedTuple):
    key: Verifier
    url: str | None


class Witness(NamedTuple):
    key: Verifier
    url: str | None  # where it takes checkpoints


class Group(NamedTuple):
    least: int
    members: Collection[str]


@dataclass(frozen=True, slots=True)
class Policy:
    """Witnesses and groups by their names in the policy."""

    logs: Collection[Log]
    witnesses: Mapping[str, Witness]
    groups: Mapping[str, Group]
    quorum: str | None  # nobody needs to cosign

    def is_met_by(self, names: Collection[str]) -> bool:
        """Whether it is enough that these have cosigned."""
        return self.quorum is None or self._has(self.quorum, names)

    def _has(self, name: str, names: Collection[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in names
        return sum(self._has(member, names) for member in group.members) >= group.least

    def cosigned(self, note: Note) -> dict[str, int]:
        """Who of the witnesses has cosigned, and when (Unix seconds). Raises SignatureIsWrong."""
        times = {name: it.key.cosigned_at(note) for name, it in self.witnesses.items()}
        return {name: at for name, at in times.items() if at is not None}


NOBODY: Final = Policy((), {}, {}, None)


def read_policy(text: str) -> Policy:
    """Raises PolicyIsUnsound."""
    read = _Read()
    for number, words in _lines(text):
        try:
            read.line(words)
        except (KeyIsUnsound, PolicyIsUnsound):
            raise PolicyIsUnsound(f"line {number}: {' '.join(words)}") from None
    return read.policy()


class _Read:
    """What a policy has said so far."""

    def __init__(self) -> None:
        self._logs: list[Log] = []
        self._witnesses: dict[str, Witness] = {}
        self._groups: dict[str, Group] = {}
        self._quorums: list[str] = []
        self._free: set[str] = set()  # names that no group holds yet

    def line(self, words: list[str]) -> None:
        match words:
            case ["log", vkey, *url] if len(url) <= 1:
                self._logs.append(Log(_key(vkey, ED25519), _only(url)))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._take(name)
                self._witnesses[name] = Witness(_key(vkey, COSIGNATURE), _only(url))
            case ["group", name, least, *members] if members:
                self._release(members)
                self._take(name)
                self._groups[name] = Group(_least(least, len(members)), members)
            case ["quorum", name] if name == _NONE or self._is_known(name):
                self._quorums.append(name)
            case _:
                raise PolicyIsUnsound

    def policy(self) -> Policy:
        witnesses = self._witnesses.values()
        for keys in ([it.key.public for it in self._logs], [it.key.public for it in witnesses]):
            if len(set(keys)) < len(keys):
                raise PolicyIsUnsound("one key stands in two lines")
        if len(self._quorums) != 1:
            raise PolicyIsUnsound("there is one quorum line; quorum none, if nobody must cosign")
        [quorum] = self._quorums
        named = None if quorum == _NONE else quorum
        return Policy(self._logs, self._witnesses, self._groups, named)

    def _is_known(self, name: str) -> bool:
        return name in self._witnesses or name in self._groups

    def _take(self, name: str) -> None:
        if name == _NONE or self._is_known(name):
            raise PolicyIsUnsound
        self._free.add(name)

    def _release(self, members: list[str]) -> None:
        """Each name counts in one group at most, so that nobody counts twice."""
        for member in members:
            if member not in self._free:
                raise PolicyIsUnsound
            self._free.remove(member)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.replace("\t", " ").split(" ")
        told = [word for word in words if word]
        if told and not told[0].startswith("#"):
            yield number, told


def _key(vkey: str, algorithm: int) -> Verifier:
    key = Verifier.read(vkey)
    if key.algorithm != algorithm:
        raise KeyIsUnsound
    return key


def _only(url: list[str]) -> str | None:
    return url[0] if url else None


def _least(told: str, members: int) -> int:
    least = {"any": 1, "all": members}.get(told) or (int(told) if told.isdecimal() else 0)
    if not 1 <= least <= members:
        raise PolicyIsUnsound
    return least
