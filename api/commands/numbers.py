"""Whom a personal number leads to: the vault's index, held against what the record says now.

The index stands outside the log, so it may lead to a record that has, or was to have, another
number. The record decides: nobody's referral may come to a stranger's file.
"""

from dataclasses import replace
from uuid import UUID, uuid5

from api.commands.work import Command, Work, carry_out
from domain.codes import Compartment
from domain.person import Person
from domain.person.identity import note_duplicate
from domain.person.protection import has_fictitious_data


async def reserve_number(
    work: Work, compartment: Compartment, number: str, candidate: UUID
) -> tuple[UUID, Person | None]:
    """The id that the number leads to from now on in this compartment, `candidate` where there was
    none; and the record, if there is one already.

    It is reserved before anything is recorded, so two first contacts cannot make two persons; a
    command that fails leaves an id that nobody has, for whoever comes with that number next: it
    becomes the id of somebody new, and a record that stands already takes the number over.
    """
    known, person = await _reserve(work, compartment, number, candidate)
    if person is None:  # nobody had it on record: somebody else may be about to
        work.afterwards(lambda: _note_who_took_over(work, compartment, number, known))
    return known, person


async def release_number(work: Work, person: Person) -> None:
    """The number on record until now leads nobody else's referral to this record any more. Last of
    all, when everything else is decided: should the append fail even so, a referral with it makes a
    record of its own, and a person finds that."""
    number = person.number.reveal() if person.number.is_open else None
    if number:
        await work.desk.vault.release_number(person.compartment.value, number, person.id)


async def _note_who_took_over(
    work: Work, compartment: Compartment, number: str, person: UUID
) -> None:
    """Between the reservation and the append, somebody else's record may have been given the number
    as well: both records say so, and a person decides whether they are one."""
    holder = await work.desk.vault.find_person(compartment.value, number)
    if holder is None or holder == person:
        return

    async def note(noting: Work) -> None:
        if await noting.exists(person) and await noting.exists(holder):
            one, other = await noting.person(person), await noting.person(holder)
            if not (has_fictitious_data(one) or has_fictitious_data(other)):
                noting.record(person, note_duplicate(one, holder, by_index=True))
                noting.record(holder, note_duplicate(other, person, by_index=True))

    by = work.command
    command = Command(actor=by.actor, id=uuid5(by.id, "double"), correlation=by.correlation)
    await carry_out(work.desk, replace(command, recorded_at=by.recorded_at), note)


async def _reserve(
    work: Work, compartment: Compartment, number: str, candidate: UUID
) -> tuple[UUID, Person | None]:
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
