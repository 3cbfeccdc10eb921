"""Outcomes that are categories: attained or not, ordered levels, formats chosen."""
