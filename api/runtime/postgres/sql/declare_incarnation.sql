SELECT {schema}.declare_incarnation(
    grown => %(tree)s::text,
    lived => %(incarnation)s::int,
    old_size => %(old_size)s::bigint,
    new_size => %(new_size)s::bigint,
    levels => %(levels)s::smallint[],
    numbers => %(numbers)s::bigint[],
    tiles => %(tiles)s::bytea[],
    note => %(note)s::text,
    restored => %(restored)s::text,
    last_known => %(last_known)s::text
)
