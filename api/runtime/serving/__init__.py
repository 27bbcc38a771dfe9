"""A served house: processes behind one address, whose a token is, how often one may knock."""
