"""The keyring: whoever has the file opens the vault, whoever lost it has lost the vault."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from api.runtime.keys.key_encryption import KeyringDoesNotFit, KeyringFile, Wrapped
from api.runtime.keys.key_file import (
    KeyManagementCommand,
    KeyManagementFailed,
    KeyringExists,
    KeyringIsDamaged,
    KeyringIsMissing,
    KeyringIsReadableByOthers,
)

KEY = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keyring"


def test_unwraps_what_it_wrapped(path: Path) -> None:
    """A keyring opens what it wrapped, also after it was read anew; a wrapped key hides the key."""
    wrapped = KeyringFile.create(path).wrap("file/1", KEY)
    assert KeyringFile(path).unwrap("file/1", wrapped) == KEY
    assert KEY not in wrapped.key


def test_wrapped_key_is_bound_to_its_name(path: Path) -> None:
    """A wrapped key that was put under another name, altered or cut does not open."""
    keyring = KeyringFile.create(path)
    by, key = keyring.wrap("file/1", KEY)
    altered = key[:-1] + bytes([key[-1] ^ 1])
    for name, wrong in [("file/2", key), ("file/1", altered), ("file/1", b""), ("file/1", key[:9])]:
        with pytest.raises(KeyringDoesNotFit):
            keyring.unwrap(name, Wrapped(by, wrong))


def test_newest_version_wraps_and_all_unwrap(path: Path) -> None:
    """After renewal the newest version wraps, and what older ones wrapped still opens."""
    keyring = KeyringFile.create(path)
    old = keyring.wrap("file/1", KEY)
    for _ in range(11):  # two-figure versions, too
        keyring.renew()
    new = keyring.wrap("file/1", KEY)
    assert (old.by, new.by, keyring.newest, KeyringFile(path).newest) == ("1", "12", "12", "12")
    assert keyring.unwrap("file/1", old) == keyring.unwrap("file/1", new) == KEY


def test_learns_of_renewal_by_another_process(path: Path) -> None:
    """A version that another process added is found in the file when it is first met."""
    here = KeyringFile.create(path)
    there = KeyringFile(path)
    there.renew()
    assert here.unwrap("file/1", there.wrap("file/1", KEY)) == KEY
    assert here.newest == "2"


def test_simultaneous_renewals_lose_no_version(path: Path) -> None:
    """Renewals at the same time each add a version."""
    KeyringFile.create(path)
    with ThreadPoolExecutor(8) as many:
        list(many.map(lambda _: KeyringFile(path).renew(), range(8)))
    assert KeyringFile(path).newest == "9"


def test_another_keyring_does_not_fit(tmp_path: Path) -> None:
    """What one keyring wrapped, another refuses, though their versions have the same names."""
    wrapped = KeyringFile.create(tmp_path / "one").wrap("file/1", KEY)
    with pytest.raises(KeyringDoesNotFit, match=r"another vault.*two"):
        KeyringFile.create(tmp_path / "two").unwrap("file/1", wrapped)


def test_is_never_overwritten(path: Path) -> None:
    """Creating a keyring where there is one is refused and leaves it as it was."""
    KeyringFile.create(path)
    before = path.read_bytes()
    with pytest.raises(KeyringExists):
        KeyringFile.create(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_is_created_for_its_owner_alone(path: Path) -> None:
    """A keyring's mode is 0600 whatever the umask is, also when renewed."""
    before = os.umask(0)
    try:
        KeyringFile.create(path).renew()
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610, 0o666])
def test_looser_modes_are_refused(path: Path, mode: int) -> None:
    """A keyring that others may touch is not used, and the error says what to do."""
    KeyringFile.create(path)
    path.chmod(mode)
    with pytest.raises(KeyringIsReadableByOthers, match="0600"):
        KeyringFile(path)


def test_missing_keyring_is_named(path: Path) -> None:
    """A missing keyring is an error that names the file; nothing is made in its place."""
    with pytest.raises(KeyringIsMissing, match=str(path)):
        KeyringFile(path)
    assert not path.exists()


@pytest.mark.parametrize(
    "content", ["", "# nothing\n", "1 AAAA\n", "1\n", "1 2 3\n", "1 *secret*\n", "\xff\n"]
)
def test_damaged_keyring_is_refused_without_quoting_it(path: Path, content: str) -> None:
    """What is no keyring is refused, and its content stands in no message."""
    KeyringFile.create(path)
    path.write_text(content, encoding="latin-1")
    with pytest.raises(KeyringIsDamaged) as refusal:
        KeyringFile(path)
    assert "secret" not in str(refusal.value)
    assert refusal.value.__cause__ is None


# --- key management --------------------------------------------------------------------------

_A_KMS = """
import sys
from pathlib import Path
from cryptography.fernet import Fernet
service = Fernet(Path(sys.argv[1]).read_bytes())
act = {"seal": service.encrypt, "open": service.decrypt}[sys.argv[2]]
sys.stdout.buffer.write(act(sys.stdin.buffer.read()))
"""


@pytest.fixture
def kms(tmp_path: Path) -> KeyManagementCommand:
    """A key management service, reached by a program of its own."""
    (tmp_path / "kms.py").write_text(_A_KMS)
    (tmp_path / "kms.key").write_bytes(Fernet.generate_key())
    return KeyManagementCommand(f"'{sys.executable}' '{tmp_path}/kms.py' '{tmp_path}/kms.key'")


def test_under_key_management_it_lies_nowhere_in_the_clear(
    path: Path, kms: KeyManagementCommand
) -> None:
    """The service seals it and opens it, also after it was renewed; the file says nothing."""
    keyring = KeyringFile.create(path, kms)
    wrapped = keyring.wrap("file/1", KEY)
    keyring.renew()
    assert KeyringFile(path, kms).unwrap("file/1", wrapped) == KEY
    assert b"#" not in path.read_bytes()
    with pytest.raises(KeyringIsDamaged):
        KeyringFile(path)


def test_a_keyring_comes_under_key_management_when_it_is_renewed(
    path: Path, kms: KeyManagementCommand
) -> None:
    """What lay in the clear opens until then, and is sealed from then on."""
    wrapped = KeyringFile.create(path).wrap("file/1", KEY)
    KeyringFile(path, kms).renew()
    assert b"#" not in path.read_bytes()
    assert KeyringFile(path, kms).unwrap("file/1", wrapped) == KEY


@pytest.mark.parametrize("command", ["no-such-program", "false", "cat", "true"])
def test_a_service_that_fails_leaves_the_keyring_as_it_was(
    path: Path, kms: KeyManagementCommand, command: str
) -> None:
    """One that is away, refuses, gives back what it was given or nothing: told, nothing written."""
    KeyringFile.create(path, kms)
    kept = path.read_bytes()
    with pytest.raises((KeyManagementFailed, KeyringIsDamaged)):
        KeyringFile(path, KeyManagementCommand(command))
    keyring = KeyringFile.create(path.with_name("clear"))
    with pytest.raises(KeyManagementFailed):
        KeyringFile.create(path.with_name("another"), KeyManagementCommand(command))
    assert not path.with_name("another").exists()
    assert path.read_bytes() == kept
    assert keyring.newest == "1"
