"""The only place where a sentence is made."""
