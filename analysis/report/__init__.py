"""The PDF and its JSON twin."""
