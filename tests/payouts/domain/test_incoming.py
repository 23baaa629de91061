"""Whose a transfer is: certain only where nothing speaks against it."""

import pytest

from payouts.domain.incoming import Companies, Company, Ground, Payer, claim_of

TULPAR, SAURAN = 1, 2
BINS = {TULPAR: "240540000016", SAURAN: "240540000711"}
STRANGER = "901231400013"
COMPANIES = Companies(
    [Company(TULPAR, BINS[TULPAR], "ТОО «Тұлпар»"), Company(SAURAN, BINS[SAURAN], "Sauran LLP")]
)


@pytest.mark.parametrize(
    ("tax_id", "name", "named", "ground", "brand", "suggested"),
    [
        (BINS[TULPAR], "", (), Ground.BIN, TULPAR, None),
        (BINS[TULPAR], "", (TULPAR,), Ground.BIN_AND_REFERENCE, TULPAR, None),
        ("", "", (TULPAR,), Ground.REFERENCE, TULPAR, None),
        # a company pays with another brand's reference: perhaps for it
        (BINS[TULPAR], "", (SAURAN,), Ground.REFERENCE_OF_ANOTHER, None, SAURAN),
        (STRANGER, "", (SAURAN,), Ground.PAID_BY_ANOTHER, None, SAURAN),
        (BINS[TULPAR], "", (TULPAR, SAURAN), Ground.SEVERAL_REFERENCES, None, TULPAR),
        (STRANGER, "", (TULPAR, SAURAN), Ground.SEVERAL_REFERENCES, None, None),
        (STRANGER, 'ЖШС "ТҰЛПАР"', (), Ground.NAME, None, TULPAR),
        (STRANGER, "Somebody", (), Ground.NOTHING, None, None),
        ("", "", (), Ground.NOTHING, None, None),
        # a reference of a brand that does not exist says nothing
        (BINS[TULPAR], "", (77,), Ground.BIN, TULPAR, None),
        ("", "", (77,), Ground.NOTHING, None, None),
    ],
)
def test_who_it_is(tax_id, name, named, ground, brand, suggested):
    claim = claim_of(Payer(tax_id, name, named), COMPANIES)
    assert (claim.ground, claim.brand_id, claim.suggested_id) == (ground, brand, suggested)


def test_a_name_that_two_brands_have_suggests_nobody():
    twins = Companies([Company(1, "1", "ТОО Алма"), Company(2, "2", "ЖШС «Алма»")])
    assert claim_of(Payer("", "Алма", ()), twins).suggested_id is None
