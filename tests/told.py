"""What tests have measured, for the summary of the run: told in whichever process they ran."""

LINES: list[str] = []
