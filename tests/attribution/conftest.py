import pytest

from tests.attribution.shop import Shop, shop_open
from tests.sandbox.process import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]


@pytest.fixture
def shop(cast) -> Shop:
    """Tulpar's shop, connected; Aliya and a code of hers in its live campaign."""
    return shop_open(cast.tulpar)
