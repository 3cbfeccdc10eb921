"""Statistical arithmetic: arrays in, frozen fits out; knows nothing of therapy."""
