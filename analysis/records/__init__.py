"""What a clinic hands in: read, checked, and turned into `Records`."""
