"""What the notebooks call: one call for each question, everything after disclosure control."""
