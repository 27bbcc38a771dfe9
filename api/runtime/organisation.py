"""Reads a municipality's organisation from TOML; every mistake in it is named at once."""

import json
import tomllib
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.organisation import Organisation, OrganisationIsFaulty, Settings, Targets, Unit

UPPSALA = Path(__file__).with_name("uppsala.toml")


class _Written(BaseModel):
    """The shape of the file: unknown keys and wrong types are mistakes, nothing is guessed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    municipality: str
    name_sv: str
    name_en: str
    targets: Targets
    settings: Settings = Settings()
    units: dict[str, Unit]


def load_organisation(path: Path = UPPSALA) -> Organisation:
    """The organisation in a file. Raises OSError, OrganisationIsFaulty."""
    return read_organisation(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=16)  # every decision asks for the one in force
def read_organisation(text: str) -> Organisation:
    """The organisation told by TOML text. Raises OrganisationIsFaulty."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise OrganisationIsFaulty([f"not TOML: {fault}"]) from None
    if isinstance(units := tables.get("units"), dict):
        tables["units"] = {code: _with_code(code, unit) for code, unit in units.items()}
    try:  # by way of JSON, in which a strict model reads codes and nested tables
        written = _Written.model_validate_json(json.dumps(tables, default=str))
    except ValidationError as fault:
        raise OrganisationIsFaulty(_mistakes(fault)) from None
    return Organisation(
        municipality=written.municipality,
        name_sv=written.name_sv,
        name_en=written.name_en,
        targets=written.targets,
        settings=written.settings,
        units=tuple(written.units.values()),
    )


def _with_code(code: str, unit: object) -> object:
    return {**unit, "code": code} if isinstance(unit, dict) else unit


def _mistakes(fault: ValidationError) -> list[str]:
    return [
        f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
        for error in fault.errors(include_url=False, include_input=False)
    ]
