"""Mixed growth models: nested random effects by restricted maximum likelihood."""
