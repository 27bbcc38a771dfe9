"""Whom a personal number leads to: the vault's index, held against what the record says now.

The index stands outside the log, so it may lead to a record that has, or was to have, another
number. The record decides: nobody's referral may come to a stranger's file.
"""

from uuid import UUID

from api.commands.work import Work
from domain.codes import Compartment
from domain.person import Person


async def reserve_number(
    work: Work, compartment: Compartment, number: str, candidate: UUID
) -> tuple[UUID, Person | None]:
    """The id that the number leads to from now on in this compartment, `candidate` where there was
    none; and the record, if there is one already.

    It is reserved before anything is recorded, so two first contacts cannot make two persons; a
    command that fails leaves an id that nobody has, for whoever comes with that number next: it
    becomes the id of somebody new, and a record that stands already takes the number over.
    """
    vault = work.desk.vault
    known = await vault.reserve_person(compartment.value, number, candidate)
    if known == candidate:
        return known, None
    if await work.exists(known) and (await work.person(known)).has_number(number):
        return known, await work.person(known)
    # what was remembered releases nothing
    streams = await work.desk.log.streams([known, candidate], afresh=True)
    holder, standing = streams[known].state, streams[candidate].state
    if isinstance(holder, Person) and holder.has_number(number):
        return known, holder
    if holder is None and standing is None:
        return known, None
    await vault.release_number(compartment.value, number, known)
    return await vault.reserve_person(compartment.value, number, candidate), None
