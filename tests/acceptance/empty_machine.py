"""Somebody else's machine: Python, the package `cryptography`, one file, and nothing of ours."""

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

HOUSE = Path(__file__).parents[2]


class EmptyMachine:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        uv = str(Path(sys.executable).with_name("uv"))
        made = folder / "venv"
        _run(uv, "venv", "--quiet", "--python", sys.executable, str(made))
        self._python = str(made / "bin" / "python")
        _run(
            *(uv, "pip", "install", "--quiet", "--python", self._python),
            f"cryptography=={version('cryptography')}",
        )
        shutil.copyfile(HOUSE / "deploy" / "verify_audit.py", folder / "verify_audit.py")

    def keep(self, name: str, text: str) -> str:
        (self.folder / name).write_bytes(text.encode())
        return name

    def verify(self, *words: str, expect: int) -> str:
        """What the single file says; it ends with that code."""
        program = [self._python, "-I", "verify_audit.py", *words]
        done = subprocess.run(  # noqa: S603 - our own program
            program, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout

    def has(self, module: str) -> bool:
        asked = (
            self._python,
            "-I",
            "-c",
            f"import importlib.util as u; print(u.find_spec({module!r}))",
        )
        return _run(*asked).strip() != "None"


def _run(*words: str) -> str:
    done = subprocess.run(words, check=True, timeout=120, capture_output=True, text=True)  # noqa: S603 - our own words
    return done.stdout
