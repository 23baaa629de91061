from hypothesis import settings

from tests.sandbox.process import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]

settings.register_profile("patient", deadline=None)  # a busy machine is not a bug
settings.load_profile("patient")
