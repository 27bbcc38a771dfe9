"""The commands of `samordna`, by room; `api/cli.py` lists them."""
