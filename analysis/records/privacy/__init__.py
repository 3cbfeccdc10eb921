"""Is it safe to read: direct identifiers in headings and cells."""
