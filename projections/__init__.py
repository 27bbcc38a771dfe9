"""What can be asked: read models folded from the event log, every one rebuildable from zero."""
