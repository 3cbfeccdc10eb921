"""Disclosure control: nothing about children leaves except through `release.protect`."""
