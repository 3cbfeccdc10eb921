"""What the notebooks call: one call for each question, everything through the disclosure door."""
