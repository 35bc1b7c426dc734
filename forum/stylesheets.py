"""One stylesheet for the reader, many for us."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

WHOLE = "css/site.css"
IMPORT = re.compile(r'^@import "([^"]+)" layer\((\w+)\);$', re.MULTILINE)

IMPORT_FROM = r"""(?P<matched>import(?P<imports>\s*\{[^}]*\})\s*from\s*["'](?P<url>\./[^"']+)["'];)"""
IMPORT_ALL = r"""(?P<matched>import\s*["'](?P<url>\./[^"']+)["'];)"""


class OneStylesheetStorage(CompressedManifestStaticFilesStorage):
    """Puts what css/site.css imports in the import's place, layer by layer, when static files are collected.

    The sheets stay one a component for those who write them, and cost one request for those who read them. It
    always begins from the sources, so collecting again after a change gives the changed whole. Scripts that import
    others do so by the names with a digest too.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        # Ours alone: what libraries bring may import what they do not bring.
        ("js/*.js", ((IMPORT_FROM, 'import%(imports)s from "%(url)s";'), (IMPORT_ALL, 'import "%(url)s";'))),
    )

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if WHOLE in paths and not dry_run:
            whole = IMPORT.sub(lambda found: self._layer(paths, *found.groups()), self._source(paths, WHOLE))
            self.delete(WHOLE)
            self._save(WHOLE, ContentFile(whole.encode()))
            paths = {**paths, WHOLE: (self, WHOLE)}
        yield from super().post_process(paths, dry_run, **options)

    def _layer(self, paths: dict[str, Any], name: str, layer: str) -> str:
        return f"@layer {layer} {{\n{self._source(paths, f'css/{name}')}}}\n"

    @staticmethod
    def _source(paths: dict[str, Any], name: str) -> str:
        storage, path = paths[name]
        with storage.open(path) as file:
            return str(file.read().decode())
