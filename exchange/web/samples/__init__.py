"""Invented content for the gallery: every page in the states that a designer looks at.

People, brands and sums are invented. Times hang on core.clock, so that the pictures stay fresh.
"""
