"""The rail that needs no contract: a payment file for the bank, and the bank's statement."""
