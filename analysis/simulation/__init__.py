"""Invented clinics whose truth is known."""
