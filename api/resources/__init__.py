"""What can be asked and done over HTTP, one file for each resource or act on it."""
