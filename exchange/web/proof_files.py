"""Proofs as files, for both sides: whose record it is was decided by who calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.errors import NotFound
from ledger.domain.proofs import Proof
from ledger.models import ProofLeaf
from ledger.proofs import proof_of, proofs_of_day, roots_text

SCRIPT = Path(settings.BASE_DIR) / "exchange/web/static/web/verify_proof.py"
COMMAND = 'for proof in proofs/*.json; do python3 verify_proof.py "$proof" roots.txt; done'
_UNSAFE = re.compile(r"[^\w.-]+")


def proof_answer(leaf: ProofLeaf | None, name: str) -> HttpResponse:
    """One proof, to download. Raises: NotFound where nothing is published."""
    if leaf is None:
        raise NotFound(_("This is not published."))
    answer = HttpResponse(proof_of(leaf).as_json(), content_type="application/json")
    disposition = content_disposition_header(True, f"birge-proof-{name}.json")
    answer["Content-Disposition"] = disposition or "attachment"
    return answer


def proofs_answer(day_on: date, leaves: Iterable[ProofLeaf], name: str) -> FileResponse:
    """Proofs of one day with what is needed to check them: the published days and the script. It is
    written to a temporary file first, while the records' side is acting."""
    file = TemporaryFile()  # noqa: SIM115 the answer closes it
    try:
        with ZipFile(file, "w", ZIP_DEFLATED) as box:
            box.writestr("README.txt", _readme(day_on))
            box.writestr("roots.txt", roots_text())
            box.write(SCRIPT, SCRIPT.name)
            for proof in proofs_of_day(day_on, leaves):
                box.writestr(f"proofs/{_name(proof)}.json", proof.as_json())
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"{name}.zip", content_type="application/zip"
    )


def _name(proof: Proof) -> str:
    """By order, sale (an order may have several) and state: no two are alike."""
    said = json.loads(proof.record)
    order = _UNSAFE.sub("_", str(said["order"]))[:60]
    return f"{order}-{said['conversion'][-12:]}-{said['version']}"


def _readme(day_on: date) -> str:
    told = _(
        "Proofs of what Birge published of %(day)s, a file for every state of a sale. To check all"
        " of them, without internet:"
    )
    more = _("The signature is checked with our key: see %(url)s")
    url = f"{settings.BASE_URL}/proofs/"
    return f"{told % {'day': day_on.isoformat()}}\n\n{COMMAND}\n\n{more % {'url': url}}\n"
