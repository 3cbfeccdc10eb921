"""Formats compared: how alike the children were, and how their progress differed."""
