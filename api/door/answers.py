"""What answers are made of. An answer is a msgspec struct: encoded fast, described by its types.

What policy does not permit a reader to see is left out (`UNSET`); `null` says "not known".
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta

from domain.labels import Label, label
from domain.routing import Rule


class Answer(msgspec.Struct, rename="camel", kw_only=True):
    """One JSON object."""


A_co = TypeVar("A_co", bound=Answer, covariant=True)


@dataclass(frozen=True, slots=True)
class Seen(Generic[A_co]):
    """An answer with personal or case data, and whose: it leaves when its receipt is durable.

    `version` is what its ETag stands for: the file and its version, then what was shown with it.
    """

    answer: A_co
    subjects: list[UUID]
    version: tuple[tuple[UUID, int], ...] = ()
    detail: dict[str, str] = field(default_factory=dict)


# --- fields ----------------------------------------------------------------------------------


def _id(description: str, example: str) -> Meta:
    return Meta(description=description, examples=[example])


def _when(example: str, description: str) -> Meta:
    return Meta(description=description, examples=[example], extra_json_schema={"example": example})


ReferralId = Annotated[UUID, _id("The referral.", "0b9d3f4e-6a55-4c1b-8e0d-1f6f7b2f9c01")]
CaseId = Annotated[UUID, _id("The case.", "5a1c9f5d-7c3f-4b6e-9d59-2f0a64c5be02")]
HandoverId = Annotated[UUID, _id("The handover.", "c7f20b3a-40c9-4f4a-8c16-6d1d5f1f3d03")]
ActivityId = Annotated[UUID, _id("The activity.", "8b2e6f10-9c47-4d35-b1a8-6e3f0d7c2a07")]
DisposalId = Annotated[UUID, _id("The disposal.", "7d0c4e29-5b8f-4a63-9e17-2c6f8a1d3b12")]
FileId = Annotated[UUID, _id("A case, or a referral.", "5a1c9f5d-7c3f-4b6e-9d59-2f0a64c5be02")]
HoldId = Annotated[UUID, _id("What keeps the file.", "9e3b7a50-1d6c-4f82-8b94-0a5d2c7e6f13")]
MandateId = Annotated[UUID, _id("The decision.", "6f0d3b8e-1c95-4a72-9e4d-b7a2c5f81d08")]
InquiryId = Annotated[UUID, _id("The inquiry.", "a4c81e57-3b6f-4d09-8f2a-9d5e7c0b1f09")]
NeedId = Annotated[UUID, _id("The need.", "d17e5a93-6c2b-4f84-b0e1-3a9f8c6d2e10")]
OperationId = Annotated[UUID, _id("The police operation.", "3d9a7c51-2e84-4b6f-a0d7-5c8e1f9b4a06")]
ConsentId = Annotated[UUID, _id("The consent.", "3e8a7c15-2d4b-4f6a-9c81-7b5d0e9f2a06")]
InvestigationId = Annotated[UUID, _id("The investigation.", "4b1d6e2a-93c7-4d58-8f0e-6a2c7d1b5e07")]
InterventionId = Annotated[UUID, _id("The intervention.", "8c2f7a41-5e60-4b93-a7d4-0f9b3c6e1d08")]
ApplicationId = Annotated[UUID, _id("The application.", "d5a3c9e7-1f28-4a6b-b05c-2e8f4d7a9c09")]
ExternalReferralId = Annotated[
    UUID, _id("The external referral.", "6f0e2b8d-7c14-4e95-9a3b-5d1c8f2e7a10")
]
DeadlineId = Annotated[UUID, _id("The deadline.", "3d5e7f90-1a2b-4c3d-9e4f-5a6b7c8d9e06")]
ConsultationId = Annotated[UUID, _id("The consultation.", "f1b6d8a3-4e27-4c90-9b5f-8d2a7c0e6f13")]
LeaveId = Annotated[UUID, _id("The leave.", "b3e8d1f6-9a24-4c75-8b0e-6f2d7a5c1e18")]
TakeoverId = Annotated[
    UUID, _id("The request to take over.", "c8e4a2d7-5f16-4b3a-8e9c-1d7f0a6b5c14")
]
TransferId = Annotated[UUID, _id("The transfer.", "2c9e5f1a-8b37-4d06-9e4c-7a1f3b6d0e11")]
LinkId = Annotated[UUID, _id("The link.", "a7d0c4b2-6e91-4f58-8d3a-1b5e9c7f2d12")]
TeamId = Annotated[UUID, _id("The team.", "e2b6d0a9-8d3f-4f3c-8a57-3c1b7d2e6f04")]
StaffId = Annotated[UUID, _id("The staff member.", "9f8e7d6c-5b4a-4c3d-8e2f-1a0b9c8d7e05")]

Unit = Annotated[str, Meta(description="A unit of GET /units.", examples=["nexus"])]
Name = Annotated[str, Meta(description="A name as it was recorded.", examples=["Ada"])]
Text = Annotated[str, Meta(description="Free text.", examples=["Vill ha stöd."])]
Position = Annotated[
    int,
    Meta(
        ge=0,
        description="The position in the event log that the answer reflects.",
        examples=[4711],
    ),
]
AsOfPosition = Annotated[
    int | None,
    Meta(description="The position that was looked back to; null for today.", examples=[4000]),
]
Version = Annotated[int, Meta(ge=1, description="The file's version.", examples=[7])]
Count = Annotated[int, Meta(ge=0, examples=[3])]
Moment = Annotated[datetime, _when("2023-04-03T08:15:00Z", "UTC, RFC 3339.")]
Due = Annotated[datetime, _when("2023-04-04T08:15:00Z", "When the answer is due; UTC.")]
Day = Annotated[date, _when("2023-04-01", "RFC 3339, without time.")]
Replayed = Annotated[
    bool,
    Meta(
        description="Whether the command had been carried out before, under this Idempotency-Key.",
        examples=[False],
    ),
]


class Words(Answer):
    """The same in Swedish and English."""

    sv: Annotated[str, Meta(description="Swedish.", examples=[label(Rule.R1).sv])]
    en: Annotated[str, Meta(description="English.", examples=[label(Rule.R1).en])]

    @classmethod
    def of(cls, told: StrEnum | Label) -> "Words":
        found = label(told) if isinstance(told, StrEnum) else told
        return cls(sv=found.sv, en=found.en)


class Done(Answer):
    """The answer to a command: ids, position and decision; its event is its receipt."""

    position: Position
    replayed: Replayed


class Page(Answer):
    """One page of a list. `nextCursor` is null on the last one."""

    next_cursor: Annotated[
        str | None,
        Meta(description="Send it as `cursor` for the next page.", examples=["WyI1YTFjIl0.Zm9v"]),
    ]
    position: Position


class Step(Answer):
    """What has changed since the last answer, of what is followed live."""

    mark: Annotated[
        str,
        Meta(
            description="Send it as `since`, or as `Last-Event-ID`, for what comes next.",
            examples=["WzQ3MTEsIjZmIl0.Zm9v"],
        ),
    ]
    is_anew: Annotated[
        bool,
        Meta(
            description="Whether there was nothing to go on from (no mark, one from too long ago,"
            " or you have another position or access by now): read the list anew, then follow.",
            examples=[False],
        ),
    ]
    position: Position
    gone: Annotated[list[FileId], Meta(description="What you see no more.")]

    @property
    def tells(self) -> bool:
        """Whether there is anything in it."""
        return self.is_anew or bool(self.gone)


ENCODER: Final = msgspec.json.Encoder()


def encoded(answer: Any) -> bytes:
    return ENCODER.encode(answer)
