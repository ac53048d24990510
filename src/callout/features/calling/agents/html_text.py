"""The text of a web page without what surrounds it (pure)."""

from selectolax.lexbor import LexborHTMLParser

_NOT_CONTENT = [
    "script", "style", "noscript", "template", "svg", "iframe", "object", "nav", "footer", "form", "button", "dialog",
]  # fmt: skip
_BLOCKS = "p, li, h1, h2, h3, h4, h5, h6, tr, dt, dd, blockquote, pre, section, article, div, br, hr, table, ul, ol"


def text_of_html(html: str) -> str:
    """Headings, paragraphs, lists and tables as lines; the title first."""
    tree = LexborHTMLParser(html)
    title = tree.css_first("title")
    heading = " ".join(title.text().split()) if title is not None else ""
    tree.strip_tags(_NOT_CONTENT)
    body = tree.css_first("main") or tree.body
    if body is None:
        return heading
    for cell in body.css("td, th"):
        cell.insert_after(" ")
    for block in body.css(_BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    lines = [" ".join(line.split()) for line in body.text(separator="").splitlines()]
    kept = [line for line in lines if line]
    return "\n".join([heading, "", *kept] if heading and heading not in kept[:3] else kept)
