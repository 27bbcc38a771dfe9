SELECT {schema}.note_verification(
    verified => %(tree)b::text, size => %(size)b::bigint, finding => %(finding)b::text
)
