"""Why a code cannot be taken, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.domain.codes import CodeFault

FAULTS: Mapping[CodeFault, Promise] = {
    CodeFault.EMPTY: _("There is no code here."),
    CodeFault.SHORT: _("A code has at least 3 letters and digits."),
    CodeFault.LONG: _("A code has at most 40 letters and digits."),
    CodeFault.SIGNS: _("A code has letters and digits only."),
    CodeFault.MIXED: _("Letters of two alphabets stand in one code."),
    CodeFault.NUMBER: _("A spreadsheet takes this for a number and changes it. Add letters."),
    CodeFault.DIGIT_FIRST: _("A code begins with a letter."),
    CodeFault.UNSAFE: _(
        "Use Latin letters and digits without 0, O, 1, I and L: people mistake them."
    ),
    CodeFault.TWICE: _("The same code stands in the file twice."),
    CodeFault.LOOKS_LIKE_ROW: _("It looks like another code of the file."),
    CodeFault.TAKEN: _("This code, or one that looks the same, is in the shop already."),
    CodeFault.KNOWN: _("Buyers type this for another code of the shop."),
}


def fault_text(fault: CodeFault) -> str:
    return str(FAULTS[fault])
