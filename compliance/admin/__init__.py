from compliance.admin import law

__all__ = ["law"]
