"""The database: servers of our own, schemas and roles, sessions that come back."""
