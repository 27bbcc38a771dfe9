"""Both logs, of events and of receipts: written in groups, read in order, kept for ever."""
