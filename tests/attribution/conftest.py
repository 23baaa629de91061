from tests.sandbox.process import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]
