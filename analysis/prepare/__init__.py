"""From a raw export to coded records: names to codes, dates to weeks, free text left behind."""
