"""Entry point: several clinics' records or reports in, one answer out."""
