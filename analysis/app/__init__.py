"""The way in without a terminal: form, check and report in the browser of this computer."""
