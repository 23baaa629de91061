"""A small page through the real builders: what it uses comes out, what it does not stays out."""

import re

import pytest

from tools import build_assets
from tools.build_assets import AssetsError, Places


@pytest.fixture
def places(tmp_path):
    sources, templates = tmp_path / "assets", tmp_path / "app" / "templates"
    for folder in (sources, templates):
        folder.mkdir(parents=True)
    (tmp_path / "node_modules").symlink_to(build_assets.ROOT / "node_modules")
    (sources / "app.css").write_text(
        '@import "tailwindcss" source(none);\n@source "../app/templates/**/*.html";\n'
        '@import "@fontsource-variable/inter/wght.css";\n'
        '@plugin "daisyui" { themes: light --default; logs: false; }\n'
    )
    (sources / "app.js").write_text("import { greet } from './greet/greet.js'; greet('Aliya');\n")
    (sources / "greet").mkdir()
    (sources / "greet/greet.js").write_text("export const greet = (n) => alert(`Salem, ${n}`);\n")
    (sources / "snippet").mkdir()
    (sources / "snippet/birge.js").write_text("(() => { window.birge = () => 1; })();\n")
    (sources / "chart.js").write_text("window.chartReady = true;\n")
    (sources / "icons.txt").write_text("# chosen by code\nwallet\n")
    (templates / "page.html").write_text('<p class="mt-7 btn">{% icon "bell" %}</p>')
    return Places(sources, (tmp_path / "app",), tmp_path / "out", tmp_path / "node_modules")


def test_a_page_gets_its_styles_scripts_fonts_and_icons(places):
    build_assets.build(places)
    made = {path.name for path in places.output.rglob("*") if path.is_file()}
    assert made == {
        "app.css", "app.js", "birge.js", "chart.js", "htmx.js", "icons.svg",
        *build_assets.font_files(),
    }  # fmt: skip

    css = (places.output / "app.css").read_text()
    assert ".mt-7{" in css
    assert ".btn{" in css
    assert ".mt-8{" not in css
    # Every address in it is a file that lies beside it: collectstatic refuses others.
    fonts = re.findall(r"url\(\./(files/[^)]+)\)", css)
    assert {places.output / font for font in fonts} == set((places.output / "files").iterdir())

    assert "Salem, ${" in (places.output / "app.js").read_text()
    assert "htmx" in (places.output / "htmx.js").read_text()
    sprite = (places.output / "icons.svg").read_text()
    assert re.findall(r'<symbol id="([^"]+)" viewBox="0 0 24 24"><path', sprite) == [
        "bell",
        "wallet",
    ]


def test_an_icon_that_lucide_lacks_is_named(places):
    (places.templates[0] / "templates/page.html").write_text("{% icon 'no-such-icon' %}")
    with pytest.raises(AssetsError, match='No Lucide icon "no-such-icon"'):
        build_assets.build(places)


def test_a_broken_script_says_what_the_builder_said(places):
    (places.sources / "app.js").write_text("const = 1;\n")
    with pytest.raises(AssetsError, match=r"esbuild failed:[^$]*const = 1"):
        build_assets.scripts_build(places)


def test_before_the_install_it_says_so(places):
    (places.node_modules).unlink()
    with pytest.raises(AssetsError, match="make assets"):
        build_assets.build(places)


def test_fonts_of_other_subsets_go_and_foreign_rules_stay():
    ours = "@font-face{src:url(./files/inter-cyrillic-wght-normal.woff2)}"
    greek = "@font-face{src:url(./files/inter-greek-wght-normal.woff2)}"
    foreign = "@font-face{src:url(data:x)}"
    assert build_assets.fonts_kept_only(ours + greek + foreign) == ours + foreign
