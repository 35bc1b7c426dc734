"""The pages of a PDF just before it is written: what HTML cannot say is drawn here, and what repeats is shared.

Built on the objects of pydyf, WeasyPrint's writer of PDF (ISO 32000).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Pages:
    """The pages of one document. Lengths are points from a page's upper left corner, downwards."""

    def __init__(self, document: Any) -> None:
        """`document` is a pydyf.PDF whose pages are all of one size."""
        self._document = document
        objects = document.objects
        numbers = [int(number) for number in document.pages["Kids"][::3]]  # each kid is written as “12 0 R”
        self._pages = [objects[number] for number in numbers]
        self._contents = [objects[_number(page["Contents"])] for page in self._pages]

    def draw_above(self, page: int, drawing: bytes) -> None:
        """Draw on top of a page, in PDF operators. It counts as decoration: screen readers pass over it."""
        self._contents[page].stream.append(b"/Artifact BMC q " + drawing + b" Q EMC")

    def structure(self, place: str, tags: Sequence[tuple[str, int]]) -> None:
        """Tell screen readers of a tagged document of one page what was drawn by hand: it stands within the one element
        tagged `place`. Each of `tags` is a tag and the number of the marked content."""
        root = self._object(self._document.catalog["StructTreeRoot"])
        of_marks = self._object(root["ParentTree"])["Nums"][1]
        elements: list[Any] = [
            each
            for each in self._document.objects
            if isinstance(each, dict) and (each.get("Type"), each.get("S")) == ("/StructElem", f"/{place}")
        ]
        [parent] = elements
        for tag, mark in tags:
            assert mark == len(of_marks), "The marks of a page are numbered one after the other."
            element = type(parent)(
                {"Type": "/StructElem", "S": f"/{tag}", "K": mark, "Pg": parent["Pg"], "P": parent.reference}
            )
            self._document.add_object(element)
            parent["K"].append(element.reference)
            of_marks.append(element.reference)

    def share(self, page: int) -> str:
        """Take a page out of the document as a drawing for others; its name. The pages after it move up by one."""
        taken, drawing = self._pages.pop(page), self._contents.pop(page)
        resources = taken["Resources"]
        drawing.extra.update(
            {"Type": "/XObject", "Subtype": "/Form", "BBox": taken["MediaBox"], "Resources": resources}
        )
        taken.clear()
        drawings = self._document.objects[_number(resources)]["XObject"]
        name = f"shared{len(drawings)}"
        drawings[name] = drawing.reference
        kids = self._document.pages["Kids"]
        del kids[3 * page : 3 * page + 3]
        self._document.pages["Count"] -= 1
        return name

    def draw_below(self, page: int, name: str) -> None:
        """Draw what `share` has named under a page's own content."""
        self._contents[page].stream.insert(0, f"/{name} Do".encode())

    def _object(self, reference: bytes) -> Any:
        return self._document.objects[_number(reference)]


def _number(reference: bytes) -> int:
    return int(reference.split()[0])
