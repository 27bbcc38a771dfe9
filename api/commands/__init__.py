"""What people do, told once: the doors, the generator and the bench all come through here."""
