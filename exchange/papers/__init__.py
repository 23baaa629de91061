"""Papers of Birge: words and figures in the reader's language, for a template or a sheet."""
