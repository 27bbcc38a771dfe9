SELECT {schema}.seal_tree(
    grown => %(tree)b::text,
    lived => %(incarnation)b::int,
    old_size => %(old_size)b::bigint,
    new_size => %(new_size)b::bigint,
    levels => %(levels)b::smallint[],
    numbers => %(numbers)b::bigint[],
    tiles => %(tiles)b::bytea[],
    note => %(note)b::text
)
