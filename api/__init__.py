"""Every door to the house, and the wiring behind the doors."""
