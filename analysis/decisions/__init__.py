"""What may honestly be said: gates, decision labels, sentences."""
