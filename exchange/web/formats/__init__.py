"""Formats that Django lacks, one package per language (FORMAT_MODULE_PATH)."""
