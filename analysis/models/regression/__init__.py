"""Least squares and its relatives, with standard errors for few clusters."""
