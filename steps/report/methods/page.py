"""The methods as an HTML page, which a report shows and a word processor takes."""

import html

from steps.report.methods.paragraphs import Methods

_STYLE = (
    "body{max-width:46rem;margin:1.5rem auto;padding:0 1rem;font:1rem/1.55 system-ui,sans-serif;"
    "color:#1c1e23;background:#fff;overflow-wrap:anywhere}"
    "pre{padding:.8rem 1rem;background:#f2f4f6;overflow-x:auto;font-size:.85rem}"
    "li{margin-bottom:.4rem}"
)


def page(title: str, methods: Methods) -> str:
    """Return the page: paragraphs, references, BibTeX; whatever comes from users is escaped."""
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{_text(title)}: methods</title>',
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>Methods of {_text(title)}</h1>",
        *(f"<p>{_text(paragraph)}</p>" for paragraph in methods.paragraphs),
        "<h2>References</h2>",
        "<ul>",
        *(f"<li>{_text(each['text'])}{_link(each['url'])}</li>" for each in methods.references),
        "</ul>",
        "<h2>BibTeX</h2>",
        f"<pre>{_text(methods.bibtex)}</pre>",
        "</body></html>",
        "",
    ]
    return "\n".join(parts)


def _link(url: str) -> str:
    # Not within the frame of a report.
    link = f' <a href="{_text(url)}" target="_blank" rel="noopener">{_text(url)}</a>'
    return link if url else ""


def _text(text: str) -> str:
    return html.escape(text)
