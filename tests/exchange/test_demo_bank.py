"""The statement of the demo is one that our own rules read."""

from brands.models import Brand, TopUpInvoice, UnclaimedTransfer
from core.tenancy.context import acting_as
from exchange.demo.bank import STRANGER, statement_tell
from exchange.demo.people import DALA_BIN, NUR_BIN, TOQYMA_BIN
from ledger.domain import accounts
from ledger.selectors import balance_minor
from payouts.models import Outlay


def test_one_transfer_finds_its_brand_one_waits_and_a_fee_waits_for_a_second_person(cast):
    tulpar = cast.tulpar
    with acting_as(system="test looks"):
        brand = Brand.objects.get(pk=tulpar.brand)
    assert STRANGER[1] not in (TOQYMA_BIN, NUR_BIN, DALA_BIN)  # or it would be their top-up
    statement = statement_tell(brand, owner_id=tulpar.owner, ops_id=cast.maker)
    assert statement.row_count == 3
    with acting_as(system="test looks"):
        assert balance_minor(accounts.brand_free(tulpar.brand)) == 30_000_000
        assert balance_minor(accounts.suspense()) == 4_500_000
        assert TopUpInvoice.objects.get().amount_minor == 30_000_000
        fee = Outlay.objects.get()
        assert (fee.kind, fee.amount_minor, fee.state) == ("rail_fee", 125_000, "asked")
        [waiting] = UnclaimedTransfer.objects.all()
        assert (waiting.bank_reference, waiting.ground) == ("77", "nothing")
