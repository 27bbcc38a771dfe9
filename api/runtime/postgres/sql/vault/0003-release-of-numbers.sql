-- A number leads to one record, as that record says now: one that was mistaken is released, and
-- leads to whoever it is told of next. Only where it still leads to that record: asked twice, it
-- does the same as once, and takes nothing from anybody else.
CREATE FUNCTION release_number(in_compartment text, of_digest bytea, of_person uuid)
RETURNS void
LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
    DELETE FROM people_by_number
    WHERE compartment = in_compartment AND digest = of_digest AND person = of_person;
END;
