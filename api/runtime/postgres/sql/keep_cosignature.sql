SELECT {schema}.keep_cosignature(
    cosigned => %(tree)b::text,
    lived => %(incarnation)b::int,
    size => %(size)b::bigint,
    witness => %(witness)b::text,
    signature => %(signature)b::text,
    enough => %(enough)b::boolean
)
