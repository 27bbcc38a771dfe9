"""The trees over the logs: sealed, signed, witnessed, stored, shown as evidence, verified."""
