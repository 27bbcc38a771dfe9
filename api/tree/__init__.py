"""The audit trees: what proves that nothing in a log was changed, left out or put in between."""
