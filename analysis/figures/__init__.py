"""One function per picture, drawn only from published numbers."""
