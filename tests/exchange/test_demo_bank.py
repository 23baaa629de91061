"""The statement of the demo is one that our own rules read."""

from brands.models import Brand, TopUpInvoice, UnclaimedTransfer
from core.tenancy.context import acting_as
from exchange.demo.bank import statement_tell
from ledger.domain import accounts
from ledger.selectors import balance_minor


def test_one_transfer_finds_its_brand_and_one_waits(cast):
    tulpar = cast.tulpar
    with acting_as(system="test looks"):
        brand = Brand.objects.get(pk=tulpar.brand)
    statement = statement_tell(brand, owner_id=tulpar.owner, ops_id=cast.maker)
    assert statement.row_count == 2
    with acting_as(system="test looks"):
        assert balance_minor(accounts.brand_free(tulpar.brand)) == 30_000_000
        assert balance_minor(accounts.suspense()) == 4_500_000
        assert TopUpInvoice.objects.get().amount_minor == 30_000_000
        [waiting] = UnclaimedTransfer.objects.all()
        assert (waiting.bank_reference, waiting.ground) == ("77", "nothing")
