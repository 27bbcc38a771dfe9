"""The bench: how fast the house is, always beside what the machine or a stock tool gives."""
