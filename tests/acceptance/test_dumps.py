"""What the search in dumps and logs is worth."""

import base64
from collections.abc import Callable
from urllib.parse import quote

import msgspec
import pytest

from tests.acceptance.dumps import Legible

TEXTS = ["Åsa-Märta Österåker", "Säljer sex via en webbsida, hotas.", "201203142388"]


@pytest.mark.parametrize(
    "hide",
    [
        lambda raw: raw,
        lambda raw: raw.decode().upper().encode(),
        lambda raw: b"\\\\x" + raw.hex().encode(),
        lambda raw: raw.hex().upper().encode(),
        lambda raw: base64.b64encode(b"{" + raw),
        lambda raw: base64.urlsafe_b64encode(b'{"' + raw).rstrip(b"="),
        lambda raw: base64.b64encode(b"12" + raw).hex().encode(),
        lambda raw: raw.decode().encode("ascii", "backslashreplace"),
        lambda raw: msgspec.json.encode({"a": raw.hex()}),
        lambda raw: quote(raw).encode(),
        lambda raw: "".join(f"\\{byte:03o}" for byte in raw).encode(),
    ],
)
def test_nothing_hides_from_the_search(hide: Callable[[bytes], bytes]) -> None:
    """Text is found in hexadecimal, base64 and escapes, and in one within the other."""
    for text in TEXTS:
        dump = b"1\t" + hide(text.encode()) + b"\tnexus\n"
        assert text in Legible.of(dump).texts([text])


def test_short_words_do_not_stand_in_random_bytes() -> None:
    """A word counts where text is, not where a ciphertext happens to hold its letters."""
    sealed = base64.b64encode(b"\x00\xff R9 \xfe\x01" * 4)
    assert Legible.of(b"file/1:1:" + sealed + b"\tnexus\n").words(["R9"]) == {}
    assert "R9" in Legible.of(b"\\\\x" + b'{"deciding":"R9"}'.hex().encode()).words(["R9"])
