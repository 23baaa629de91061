"""Papers: frozen data in, a PDF or a spreadsheet out."""
