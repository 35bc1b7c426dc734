"""Markdown as people write it, as HTML that is safe to show."""

from __future__ import annotations

from functools import lru_cache
from html import unescape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": True}).enable(
    ["table", "strikethrough", "replacements", "smartquotes"]
)
_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h2", "h3", "h4", "h5", "table", "thead", "tbody", "tr", "th", "td"),
}


def render(text: object) -> SafeString:
    """Turn CommonMark with tables into sanitised HTML.

    Raw HTML is shown as text, pictures are dropped, only http, https and mailto links survive, and headings begin
    one level down, since the page's own title is the first. Source: CommonMark 0.31, sanitised by nh3.
    """
    return _rendered(str(text or ""))


@lru_cache(maxsize=512)
def _rendered(text: str) -> SafeString:
    tokens = _parser.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 1, 5)}"
    html = _parser.renderer.render(tokens, _parser.options, {})
    return mark_safe(  # noqa: S308 - sanitised on this very line
        nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener nofollow ugc",
        )
    )


def plain(text: object) -> str:
    """The words of a Markdown text without its marks, on one line: for previews and descriptions."""
    return " ".join(unescape(nh3.clean(render(text), tags=set())).split())
