"""The rows of `make bench`, one file per subject."""
