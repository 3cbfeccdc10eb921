"""Tables as a reader sees them in a notebook, one function for each."""
