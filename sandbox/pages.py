"""Small HTML: everything put into a page is escaped unless it already is HTML."""

from __future__ import annotations

import html as std_html
from collections.abc import Iterable
from typing import Any

from starlette.responses import HTMLResponse

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1c1b29;background:#fafaf8}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}a{color:#4338ca}
table{border-collapse:collapse;width:100%;background:#fff}
td,th{border:1px solid #e2e0d8;padding:.4rem .6rem;text-align:left;vertical-align:top}
form{display:inline-flex;gap:.4rem;flex-wrap:wrap;align-items:end;margin:.2rem .4rem .2rem 0}
label{display:flex;flex-direction:column;font-size:.85rem}
input,select,button{font:inherit;padding:.35rem .6rem;border:1px solid #a9a6b8;border-radius:6px}
button{background:#4338ca;color:#fff;border:0;cursor:pointer}
.note{background:#fff7d6;border:1px solid #e9d98a;padding:.6rem .8rem;border-radius:8px}
.bad{color:#b42318}.good{color:#127a4b}pre{white-space:pre-wrap;overflow-wrap:anywhere}
code{background:#eeedf5;padding:.1rem .3rem;border-radius:4px}iframe{width:100%;height:30rem}
"""


class Html(str):
    """Text that is HTML already."""


def html(template: str, **values: Any) -> Html:
    """`template` with {name} filled in, escaped; lists of Html are put in one after another."""
    return Html(template.format(**{name: _escaped(value) for name, value in values.items()}))


def _escaped(value: Any) -> str:
    if isinstance(value, Html):
        return value
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return "".join(_escaped(part) for part in value)
    return std_html.escape("" if value is None else str(value))


def page(title: str, *parts: Html, status: int = 200) -> HTMLResponse:
    head = html(
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<title>{title}</title><style>{style}</style><p><a href="/">Sandbox</a></p>'
        "<h1>{title}</h1>",
        title=title,
        style=Html(STYLE),
    )
    return HTMLResponse(head + Html("").join(parts), status_code=status)


def table(headings: list[str], rows: Iterable[Iterable[Any]]) -> Html:
    head = [html("<th>{cell}</th>", cell=cell) for cell in headings]
    body = [
        html("<tr>{cells}</tr>", cells=[html("<td>{cell}</td>", cell=cell) for cell in row])
        for row in rows
    ]
    return html(
        "<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>", head=head, body=body
    )


def button(action: str, label: str, **hidden: Any) -> Html:
    """A form of one button that posts the hidden values."""
    fields = [
        html('<input type="hidden" name="{name}" value="{value}">', name=name, value=value)
        for name, value in hidden.items()
    ]
    return html(
        '<form method="post" action="{action}">{fields}<button>{label}</button></form>',
        action=action,
        fields=fields,
        label=label,
    )


def field(
    label: str, name: str, value: Any = "", *, kind: str = "text", required: bool = True
) -> Html:
    return html(
        '<label>{label}<input name="{name}" value="{value}" type="{kind}"{required}></label>',
        label=label,
        name=name,
        value=value,
        kind=kind,
        required=Html(" required" if required else ""),
    )
