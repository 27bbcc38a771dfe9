"""Who must have cosigned: a policy as other people's tools read it."""

from itertools import combinations

import pytest

from api.tree.notes import COSIGNATURE, SignatureIsWrong, Signer
from api.tree.policies import PolicyIsUnsound, read_policy
from tests.witnessing import SmallLog

LOG = SmallLog()
ONE, TWO, THREE, FOUR = (
    Signer(f"{name}.example/w", bytes([number] * 32), algorithm=COSIGNATURE)
    for number, name in enumerate(("one", "two", "three", "four"), start=1)
)
KEYS = [it.verifier.vkey for it in (ONE, TWO, THREE, FOUR)]
POLICY = f"""\
# The auditors, or two of three other municipalities.
log {LOG.signer.verifier.vkey} https://log.example

witness auditors {KEYS[0]} https://one.example/w
\twitness a {KEYS[1]}
witness b  {KEYS[2]}
witness c {KEYS[3]}
group others 2 a b c
group enough any auditors others
quorum enough
"""


def test_reads_a_policy() -> None:
    """Logs, witnesses with their addresses, groups in groups."""
    policy = read_policy(POLICY)
    assert [(it.key, it.url) for it in policy.logs] == [
        (LOG.signer.verifier, "https://log.example")
    ]
    assert {name: it.url for name, it in policy.witnesses.items()} == {
        "auditors": "https://one.example/w",
        "a": None,
        "b": None,
        "c": None,
    }
    enough = [
        set(names)
        for count in range(5)
        for names in combinations(policy.witnesses, count)
        if policy.is_met_by(names)
    ]
    every = [set(it) for count in range(5) for it in combinations(policy.witnesses, count)]
    assert enough == [it for it in every if "auditors" in it or len(it & {"a", "b", "c"}) >= 2]
    assert read_policy("quorum none\n").is_met_by([])


def test_tells_who_has_cosigned() -> None:
    """Witnesses of the policy alone, by keys alone; what only looks like one is an error."""
    policy, note = read_policy(POLICY), LOG.note(9)
    stranger = Signer("five.example/w", bytes([5] * 32), algorithm=COSIGNATURE)
    cosigned = note.cosigned(TWO.cosignature(note.text, 70), stranger.cosignature(note.text, 71))
    assert policy.cosigned(cosigned) == {"a": 70}
    with pytest.raises(SignatureIsWrong):
        policy.cosigned(note.cosigned(TWO.cosignature(LOG.note(8).text, 70)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("quorum enough\n", ""),
        ("quorum enough", "quorum nobody"),
        ("quorum enough", "quorum enough\nquorum none"),
        ("group others 2", "group others 4"),
        ("group others 2", "group others 0"),
        ("a b c", "a b b"),
        ("a b c", "a b d"),
        ("auditors others", "auditors others a"),
        ("witness b", "witness a"),
        ("witness b", "witness none"),
        (KEYS[3], KEYS[2]),
        (KEYS[3], LOG.signer.verifier.vkey),
        (LOG.signer.verifier.vkey, KEYS[0]),
        ("# The", "The"),
    ],
)
def test_refuses_what_is_no_policy(old: str, new: str) -> None:
    """One quorum; names once, known before, and in one group; keys of the right kind, once."""
    with pytest.raises(PolicyIsUnsound):
        read_policy(POLICY.replace(old, new))
