"""Whatever is changed in a bundle on its way is found, and named, by the verifier of one file."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from api.tree import offline
from tests.bundled import KEYS, Tampering, bundle, lies, tamperings
from tests.told import LINES

SOURCE = Path(offline.__file__).read_text(encoding="utf-8")


def said_of(verifier: ModuleType, lines: Sequence[str], keys: Sequence[str] = KEYS) -> str:
    """What is wrong; nothing, when nothing is."""
    try:
        verifier.verify_bundle(iter([line.encode() for line in lines]), verifier.keys_of(keys))
    except verifier.IsWrong as wrong:
        return str(wrong)
    return ""


def is_named(tampering: Tampering, said: str) -> bool:
    """The line that was changed; of one that is missing or was put in between, the one above."""
    found = re.search(r"line (\d+)|the beginning", said)
    line = int(found[1] or 0) if found else -1
    is_moved = tampering.what in {"deleted", "doubled", "swapped", "cut off here"}
    return line in (
        {tampering.line - 1, tampering.line, tampering.line + 1} if is_moved else {tampering.line}
    )


def test_a_bundle_holds_as_it_was_written() -> None:
    """With the keys that it must hold by; with none, or another house's, it does not."""
    assert said_of(offline, bundle()) == ""
    assert "no key that you trust" in said_of(offline, bundle(), [])
    assert "no key that you trust" in said_of(offline, bundle(), KEYS[:2])


def every() -> Iterator[Tampering]:
    written = bundle()
    yield from lies(written)
    yield from tamperings(written)


def test_whatever_is_changed_is_found_and_named() -> None:
    """Every field of every line, at its first, middle and last character, left out and doubled;
    every line deleted, doubled, swapped, cut off; and by whoever may sign the statement anew."""
    tried = 0
    for tampering in every():
        said = said_of(offline, tampering.changed)
        assert said, f"line {tampering.line}: {tampering.what}"
        assert is_named(tampering, said), f"line {tampering.line}: {tampering.what}: {said}"
        tried += 1
    LINES.append(f"a bundle of 8 lines was changed in {tried} ways, and each was found and named")
    assert tried > 500


LENIENT: Sequence[tuple[str, str, str]] = [
    ("signatures", ".verify(value, what.encode())", ""),
    ("who signs", "if not signed:", "if False:"),
    ("whose checkpoint", "if kind_of(trees[log]) != log:", "if False:"),
    ("the tree", "return 0 < position <= tree.size and", "return True or"),
    ("the row", "!= binding:", '== "":'),
    ("the chain", 'if told["before"] != before:', "if False:"),
    ("the spelling", "spelled != line or", ""),
    ("the statement", "or signed[1:3] != written", ""),
    ("the end", 'raise IsWrong(f"after {above}', 'return ("", []) or str(f"after {above}'),
    ("what follows", "if next(following, None) is not None:", "if False:"),
    ("base64", "b64encode(found).decode() == encoded and", ""),
]


@pytest.mark.parametrize(("what", "check", "lenient"), LENIENT)
def test_a_lenient_verifier_is_noticed(what: str, check: str, lenient: str) -> None:
    """The verifier with any one of its checks left out lets something pass, or names another
    place: so each of them is held by the test above."""
    changed = SOURCE.replace(check, lenient)
    assert changed != SOURCE
    verifier = ModuleType("lenient")
    exec(compile(changed, what, "exec"), verifier.__dict__)  # noqa: S102 - our own source
    missed = (
        not (said := said_of(verifier, it.changed)) or not is_named(it, said) for it in every()
    )
    assert any(missed)
