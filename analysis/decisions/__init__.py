"""What may honestly be said: gates, decision labels, claims; exact numbers in, verdicts out."""
