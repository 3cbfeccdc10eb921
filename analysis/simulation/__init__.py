"""Invented clinics whose truth is known, and the audit of what is said about them."""
