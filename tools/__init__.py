"""The toolchain: what `make` runs. Nothing of the product imports it."""
