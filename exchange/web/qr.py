"""QR codes: drawn in pages, and as files to print."""

from __future__ import annotations

from io import BytesIO

import segno

PRINT_MM = 60  # wide enough for a flyer, a label or a window at arm's length
PNG_PIXELS_MIN = 1200  # 500 to the inch at that width
QUIET_MODULES = 4  # the white edge that the standard asks for
MM_PER_INCH = 25.4


def qr_code(text: str) -> segno.QRCode:
    """Medium correction: a scratch or a fold is read through."""
    return segno.make(text, micro=False, error="m")


def qr_svg(text: str) -> bytes:
    """A file of PRINT_MM by PRINT_MM, black on white: printers scale it without loss."""
    code, out = qr_code(text), BytesIO()
    modules = code.symbol_size(border=QUIET_MODULES)[0]
    code.save(
        out,
        kind="svg",
        border=QUIET_MODULES,
        scale=round(PRINT_MM / modules, 4),
        unit="mm",
        dark="#000",
        light="#fff",
        xmldecl=True,
        title=text,
    )
    return out.getvalue()


def qr_png(text: str) -> bytes:
    """At least PNG_PIXELS_MIN wide, whole pixels per module, and it knows its width in print."""
    code, out = qr_code(text), BytesIO()
    modules = code.symbol_size(border=QUIET_MODULES)[0]
    scale = -(-PNG_PIXELS_MIN // modules)
    dpi = round(modules * scale / PRINT_MM * MM_PER_INCH)
    code.save(out, kind="png", border=QUIET_MODULES, scale=scale, dpi=dpi)
    return out.getvalue()
