"""Pages for everybody, and the way from a new account to a side."""
