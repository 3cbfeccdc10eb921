"""What a clinic's columns, visits and labels mean: proposed, confirmed once, then applied."""
