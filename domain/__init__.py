"""What may happen, and why: pure decisions, nothing but the standard library."""
