"""Signed notes: what others publish verifies, what was altered does not."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from api.tree.checkpoints import Checkpoint, read_checkpoint
from api.tree.notes import (
    ALGORITHMS,
    COSIGNATURE,
    Algorithm,
    KeyIsUnsound,
    Note,
    NoteIsUnsound,
    Signature,
    SignatureIsMissing,
    SignatureIsWrong,
    Signer,
    Verifier,
    read_note,
    signed_by_any,
)

# A checkpoint of Go's checksum database, and the key that the Go tools know it by.
PUBLISHED_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
PUBLISHED = (
    "go.sum database tree\n3935567\nSapHtgdNCeF00Cx8kqztePV24kgzNg++Xovae42HAMw=\n\n"
    "\N{EM DASH} sum.golang.org Az3grsm7Wm4CVNR1RHq9BFnu9jzcRlU2uw7lr0gfUWgO6+rqPNjT"
    "+fUTl9gH0NRTgdwW9nItuQSMbhSaLCsk8YeYSAs=\n"
)

SIGNER = Signer("samordna.example/uppsala/events", bytes(range(32)))
OTHER = Signer("samordna.example/uppsala/events", bytes(32))
TEXT = Checkpoint("samordna.example/uppsala/events", 17, bytes(32)).text


def signed(text: str = TEXT, *signers: Signer) -> Note:
    return Note(text, [signer.signature(text) for signer in signers or [SIGNER]])


def test_published_note_verifies() -> None:
    """A checkpoint that another log published is signed by that log's key."""
    assert read_checkpoint(read_note(PUBLISHED).text).size == 3935567
    assert Verifier.read(PUBLISHED_KEY).has_signed(read_note(PUBLISHED))
    assert Verifier.read(PUBLISHED_KEY).vkey == PUBLISHED_KEY


def test_reads_what_it_writes() -> None:
    """A note read back is the note; so are a key and a checkpoint."""
    note = signed(TEXT, SIGNER, OTHER)
    assert read_note(str(note)) == note
    assert Verifier.read(SIGNER.verifier.vkey) == SIGNER.verifier
    checkpoint = Checkpoint("a.example/log", 0, bytes(32), ("events 3 x",))
    assert read_checkpoint(checkpoint.text) == checkpoint


@given(st.integers(0, len(str(signed()).encode()) - 1), st.integers(1, 255))
def test_any_change_is_noticed(at: int, by: int) -> None:
    """Whichever byte of a signed note is changed, it is no note any more, or not signed."""
    changed = bytearray(str(signed()).encode())
    changed[at] ^= by
    with pytest.raises((NoteIsUnsound, SignatureIsWrong, SignatureIsMissing)):
        signed_by_any(read_note(bytes(changed)), [SIGNER.verifier])


def test_unknown_signers_are_passed_over() -> None:
    """Signatures of keys that nobody here knows neither count nor harm."""
    assert signed_by_any(signed(TEXT, OTHER, SIGNER), [SIGNER.verifier]) == SIGNER.verifier
    with pytest.raises(SignatureIsMissing):
        signed_by_any(signed(TEXT, OTHER), [SIGNER.verifier])


def test_room_for_a_second_algorithm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line in the table, and keys of another kind sign beside ours: each is verified by its own
    rule, and whoever does not know the new kind passes it over."""
    secret = ec.derive_private_key(7, ec.SECP256R1())
    public = secret.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    name, kind, hashed = SIGNER.verifier.name, 0xF1, ec.ECDSA(SHA256())

    def check(key: bytes, value: bytes, text: str) -> None:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
        point.verify(value, text.encode(), hashed)

    new = Verifier(name, kind, public)
    value = secret.sign(TEXT.encode(), hashed)
    both = read_note(str(signed().cosigned(Signature(name, new.key_id, value))))
    assert signed_by_any(both, [SIGNER.verifier]) == SIGNER.verifier
    with pytest.raises(KeyIsUnsound):
        Verifier.read(new.vkey)

    monkeypatch.setitem(ALGORITHMS, kind, Algorithm(len(public), check))
    assert signed_by_any(both, [Verifier.read(new.vkey)]) == new
    with pytest.raises(SignatureIsWrong):
        new.has_signed(Note(f"{TEXT}more\n", both.signatures))


def test_cosignature_binds_text_and_time() -> None:
    """A cosignature tells when; put under another text or time, it is wrong."""
    witness = Signer("witness.example", bytes(range(1, 33)), algorithm=COSIGNATURE)
    cosignature = witness.cosignature(TEXT, 1_700_000_000)
    note = signed().cosigned(cosignature)
    assert witness.verifier.cosigned_at(read_note(str(note))) == 1_700_000_000
    assert witness.verifier.cosigned_at(signed()) is None
    later = cosignature._replace(value=(1_700_000_001).to_bytes(8) + cosignature.value[8:])
    for wrong in (signed().cosigned(later), Note(f"{TEXT}more\n", [cosignature])):
        with pytest.raises(SignatureIsWrong):
            witness.verifier.cosigned_at(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "a\n0\n",
        "a\n00\n" + "A" * 43 + "=\n",
        "a\n-1\n" + "A" * 43 + "=\n",
        "a\n1\nAAAA\n",
    ],
)
def test_unsound_checkpoints(text: str) -> None:
    """What does not name an origin, a size and a root is no checkpoint."""
    with pytest.raises(NoteIsUnsound):
        read_checkpoint(text)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "a b" + PUBLISHED_KEY[14:],
        PUBLISHED_KEY.replace("033de0ae", "033de0af"),
        PUBLISHED_KEY[:-4],
    ],
)
def test_unsound_keys(vkey: str) -> None:
    """A key whose id, length or name does not fit is refused."""
    with pytest.raises(KeyIsUnsound):
        Verifier.read(vkey)
