"""One key: what it sealed opens in its place, unaltered, and shows nothing, not even its length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.runtime.keys.seal import Key, padded
from domain.errors import SealIsBroken

KEY = Key("file/1", 1, bytes(32))
PLACE = "a-stream/1/role"


@given(plain=st.binary(max_size=3000), place=st.text())
def test_any_bytes_open_again_in_their_place(plain: bytes, place: str) -> None:
    """Whatever was sealed opens to the same bytes, and two seals of one value differ."""
    first, second = KEY.seal(place, plain), KEY.seal(place, plain)
    assert KEY.open(first, place) == KEY.open(second, place) == plain
    assert first != second


@given(st.data())
def test_altered_seal_is_broken(data: st.DataObject) -> None:
    """A seal with any character changed, lost or added does not open."""
    sealed = KEY.seal(PLACE, b"exposed")
    at = data.draw(st.integers(0, len(sealed)))
    cut = data.draw(st.integers(at, min(at + 3, len(sealed))))
    altered = sealed[:at] + data.draw(st.text(max_size=3)) + sealed[cut:]
    if altered != sealed:
        with pytest.raises(SealIsBroken):
            KEY.open(altered, PLACE)


def test_length_tells_no_code() -> None:
    """All codes have one sealed length, and bodies of events fall into few."""
    assert {len(padded(b"x" * size)) for size in range(64)} == {64}
    assert {len(padded(b"x" * size)) for size in range(3000)} == {
        64,
        128,
        256,
        512,
        1024,
        2048,
        3072,
    }
