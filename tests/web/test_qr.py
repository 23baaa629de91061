"""QR codes as files: what a printer needs."""

from __future__ import annotations

import struct
import zlib
from xml.etree import ElementTree

import pytest

from exchange.web.qr import PNG_PIXELS_MIN, PRINT_MM, QUIET_MODULES, qr_code, qr_png, qr_svg

URLS = ["https://go.birge.example/c/k7m3p9qd", "https://go.birge.example/c/" + "a" * 40 + "?sub1=x"]


@pytest.mark.parametrize("url", URLS)
def test_the_svg_says_its_size_in_millimetres(url):
    root = ElementTree.fromstring(qr_svg(url))  # noqa: S314 - our own drawing
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    for side in ("width", "height"):
        assert root.attrib[side].endswith("mm")
        assert float(root.attrib[side][:-2]) == pytest.approx(PRINT_MM, abs=0.05)
    assert root[0].text == url


@pytest.mark.parametrize("url", URLS)
def test_the_png_is_large_enough_and_knows_its_width_in_print(url):
    data = qr_png(url)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    modules = qr_code(url).symbol_size(border=QUIET_MODULES)[0]
    assert width == height >= PNG_PIXELS_MIN
    assert width % modules == 0  # whole pixels: no grey edges
    at = data.index(b"pHYs") + 4
    per_metre, _vertical, unit = struct.unpack(">IIB", data[at : at + 9])
    assert unit == 1
    assert width / per_metre * 1000 == pytest.approx(PRINT_MM, rel=0.01)


def test_the_png_is_the_code_itself():
    """Read back, module by module."""
    url = URLS[0]
    data = qr_png(url)
    width = struct.unpack(">I", data[16:20])[0]
    code = qr_code(url)
    modules = code.symbol_size(border=QUIET_MODULES)[0]
    scale = width // modules
    pixels = b""
    at = 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind == b"IDAT":
            pixels += data[at + 8 : at + 8 + size]
        at += 12 + size
    rows = zlib.decompress(pixels)
    stride = 1 + -(-width // 8)  # a filter byte, then one bit a pixel
    wanted = list(code.matrix_iter(border=QUIET_MODULES))
    for y in range(modules):
        row_filter, *row = rows[y * scale * stride :][:stride]  # the first row of each module
        assert row_filter == 0
        seen = [row[(x := m * scale + scale // 2) // 8] >> (7 - x % 8) & 1 for m in range(modules)]
        assert [1 - bit for bit in seen] == [int(bool(dark)) for dark in wanted[y]]
