"""The one door: nothing about children leaves except through :func:`protect`."""

from analysis.disclosure.release import Published, protect

__all__ = ["Published", "protect"]
