"""What is sealed and who can open it: the vault, its keys, and the key that wraps them."""
