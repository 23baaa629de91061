"""Build what pages load into static/build/: styles, scripts, fonts, icons, htmx.

app.css    Tailwind CLI on exchange/web/assets/app.css (which names the templates it scans)
*.js       esbuild on each script that lies in exchange/web/assets: app.js, chart.js,
           proof.js
birge.js   esbuild on assets/snippet/birge.js, which runs on the pages of shops: older browsers too
files/     the Inter subsets that our three languages need, as app.css names them
icons.svg  one <symbol> for each Lucide icon that a template asks for: {% icon "bell" %}
htmx.js    from the django-htmx wheel, so that its version fits the middleware

Nothing of it is committed: `make` builds it from package-lock.json.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[0] = str(ROOT)

from tools.node import NodeMissingError, node  # noqa: E402

APPS = (
    "core", "ledger", "brands", "influencers", "compliance", "campaigns", "attribution",
    "payouts", "exchange",
)  # fmt: skip
FONT_SUBSETS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext")  # kk, ru, en, and the tenge sign
BROWSERS = "es2020"
VISITORS_BROWSERS = "es2017"  # of whoever buys in a shop
ICON_TAG = re.compile(r"""\{%\s*icon\s+["']([a-z0-9-]+)["']""")
FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
SVG_INNER = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class AssetsError(Exception):
    """What could not be built, and what to do."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are; tests build in a folder of their own."""

    sources: Path
    templates: tuple[Path, ...]
    output: Path
    node_modules: Path = ROOT / "node_modules"


def places_default() -> Places:
    return Places(
        sources=ROOT / "exchange" / "web" / "assets",
        templates=tuple(ROOT / app for app in APPS),
        output=ROOT / "static" / "build",
    )


def build(places: Places) -> None:
    """Raises: AssetsError, NodeMissingError"""
    if not places.node_modules.is_dir():
        raise AssetsError(f"No {places.node_modules}: run `make assets`, which installs it.")
    places.output.mkdir(parents=True, exist_ok=True)
    styles_build(places)
    scripts_build(places)
    fonts_copy(places)
    names = icons_listed(places.sources) | icons_used(places.templates)
    sprite = icons_sprite(names, places.node_modules / "lucide-static" / "icons")
    (places.output / "icons.svg").write_text(sprite)
    shutil.copyfile(_htmx(), places.output / "htmx.js")


def styles_build(places: Places) -> None:
    target = places.output / "app.css"
    cli = places.node_modules / "@tailwindcss" / "cli" / "dist" / "index.mjs"
    _node(cli, "-i", places.sources / "app.css", "-o", target, "--minify")
    target.write_text(fonts_kept_only(target.read_text()))


def fonts_kept_only(css: str) -> str:
    """Without the @font-face of subsets that are not copied: collectstatic refuses dead links."""

    def kept(match: re.Match[str]) -> str:
        rule = match[0]
        named = re.search(r"files/([\w-]+\.woff2)", rule)
        return rule if named is None or named[1] in font_files() else ""

    return FONT_FACE.sub(kept, css)


def scripts_build(places: Places) -> None:
    scripts = sorted(places.sources.glob("*.js"))
    if not scripts:
        raise AssetsError(f"No script in {places.sources}.")
    _esbuild(places, BROWSERS, scripts)
    _esbuild(places, VISITORS_BROWSERS, [places.sources / "snippet" / "birge.js"])


def _esbuild(places: Places, browsers: str, scripts: Iterable[Path]) -> None:
    esbuild = places.node_modules / "esbuild" / "bin" / "esbuild"
    _node(
        esbuild, *scripts, "--bundle", "--minify", f"--target={browsers}",
        f"--outdir={places.output}", "--log-level=warning",
    )  # fmt: skip


def font_files() -> set[str]:
    return {f"inter-{subset}-wght-normal.woff2" for subset in FONT_SUBSETS}


def fonts_copy(places: Places) -> None:
    source = places.node_modules / "@fontsource-variable" / "inter" / "files"
    target = places.output / "files"
    target.mkdir(exist_ok=True)
    for name in font_files():
        shutil.copyfile(source / name, target / name)


# --- Icons ----------------------------------------------------------------------------------


def icons_listed(sources: Path) -> set[str]:
    """Names that no template spells out because code chooses them: icons.txt, one a line."""
    listed = sources / "icons.txt"
    lines = listed.read_text().splitlines() if listed.exists() else []
    return {name for line in lines if (name := line.partition("#")[0].strip())}


def icons_used(folders: Iterable[Path]) -> set[str]:
    return {
        name
        for folder in folders
        for template in folder.rglob("templates/**/*.html")
        for name in ICON_TAG.findall(template.read_text())
    }


def icons_sprite(names: Iterable[str], icons: Path) -> str:
    """One file with a <symbol id="name"> each; size and stroke come from the page's CSS.

    Raises: AssetsError for a name that Lucide does not have
    """
    symbols = [_icon_symbol(name, icons / f"{name}.svg") for name in sorted(names)]
    inner = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{inner}\n</svg>\n'


def _icon_symbol(name: str, file: Path) -> str:
    if not file.exists():
        raise AssetsError(
            f'No Lucide icon "{name}". The names: node_modules/lucide-static/icons/*.svg.'
        )
    match = SVG_INNER.search(file.read_text())
    assert match is not None, file
    shapes = " ".join(match[1].split())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


# --- Others' programs and files -------------------------------------------------------------


def _htmx() -> Path:
    import django_htmx

    return Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"


def _node(script: Path, *arguments: str | Path) -> None:
    command = [str(node()), str(script), *(str(argument) for argument in arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssetsError(f"{script.name} failed:\n{done.stdout}{done.stderr}")


def main() -> int:
    places = places_default()
    try:
        build(places)
    except (AssetsError, NodeMissingError) as error:
        print(error, file=sys.stderr)
        return 1
    sizes = ", ".join(
        f"{file.name} {file.stat().st_size / 1024:.0f} kB"
        for file in sorted(places.output.glob("*.*"))
    )
    print(f"assets: {sizes}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
