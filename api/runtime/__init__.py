"""What the domain asks of the world, for real: PostgreSQL, keys, time, tokens."""
