"""Several clinics' answers as one: what they bring, whether they fit, what may be said of all."""
