"""Can it be trusted: faults in tables, with place and mend."""
