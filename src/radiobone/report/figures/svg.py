"""A figure as SVG that can stand inside a page with a strict content-security policy.

matplotlib writes ``style`` attributes and a style sheet for the whole document; both are turned
into presentation attributes here. Ids are made unique to the page, and text stays text.
"""

from __future__ import annotations

import io
import re
import threading
import warnings
from typing import Any
from xml.etree import ElementTree

import matplotlib
from markupsafe import Markup
from matplotlib.figure import Figure

from radiobone.core.control_characters import without_controls

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_FONT = re.compile(
    r"^(?:(?P<style>italic|oblique)\s+)?(?:(?P<weight>\d+|bold)\s+)?(?P<size>[\d.]+)px\s+(?P<family>.+)$"
)
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_RC_LOCK = threading.Lock()


def to_svg(figure: Figure, *, key: str, title: str, description: str) -> Markup:
    """Write a figure as inline SVG, the same bytes every time.

    Parameters
    ----------
    figure : Figure
        Any matplotlib figure.
    key : str
        Prefix of the ids, unique on the page; letters and digits.
    title, description : str
        What a screen reader says.
    """
    root = ElementTree.fromstring(raw_svg(figure, key))
    for unwanted in (f"{{{SVG}}}metadata",):
        for child in root.findall(unwanted):
            root.remove(child)
    _drop_style_sheets(root)
    for element in root.iter():
        _inline(element)
    _rename_ids(root, key)
    _label(root, key, title, description)
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def raw_svg(figure: Figure, key: str) -> bytes:
    """Write a figure as an SVG file in which text stays text, the same bytes every time."""
    written = _saved(figure, key, "svg", 200, {"Date": None, "Creator": None})
    return without_controls(written.decode("utf-8")).encode("utf-8")


def png(figure: Figure, dpi: int) -> bytes:
    """Write a figure as PNG."""
    return _saved(figure, "", "png", dpi, {"Software": None})


def _saved(figure: Figure, key: str, kind: str, dpi: int, metadata: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    settings: Any = {"svg.hashsalt": key, "svg.fonttype": "none"}
    with _RC_LOCK, matplotlib.rc_context(settings), warnings.catch_warnings():
        # names in scripts that matplotlib's font lacks: the reader's browser draws the text, not matplotlib
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure.savefig(buffer, format=kind, metadata=metadata, dpi=dpi)
    return buffer.getvalue()


def _drop_style_sheets(root: ElementTree.Element) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{{{SVG}}}style":
                parent.remove(child)
    root.set("stroke-linejoin", "round")
    root.set("stroke-linecap", "butt")


def _inline(element: ElementTree.Element) -> None:
    """Turn a ``style`` attribute into presentation attributes."""
    style = element.attrib.pop("style", "")
    for declaration in style.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":
            _inline_font(element, value)
        elif name and not name.startswith(("font-stretch", "-")):
            element.set(name, value)


def _inline_font(element: ElementTree.Element, value: str) -> None:
    found = _FONT.match(value)
    if found is None:
        return
    element.set("font-size", found["size"])
    if found["style"]:
        element.set("font-style", found["style"])
    if found["weight"]:
        element.set("font-weight", found["weight"])


def _rename_ids(root: ElementTree.Element, key: str) -> None:
    used = {name for element in root.iter() for name in _references(element)}
    for element in root.iter():
        name = element.get("id")
        if name in used:
            element.set("id", f"{key}-{name}")
        elif name is not None:
            del element.attrib["id"]
        for attribute, value in list(element.attrib.items()):
            if attribute == f"{{{XLINK}}}href" and value.startswith("#"):
                element.set(attribute, f"#{key}-{value[1:]}")
            elif "url(#" in value:
                element.set(attribute, _REFERENCE.sub(rf"url(#{key}-\1)", value))


def _references(element: ElementTree.Element) -> list[str]:
    found = [name for value in element.attrib.values() for name in _REFERENCE.findall(value)]
    link = element.get(f"{{{XLINK}}}href", "")
    return [*found, link[1:]] if link.startswith("#") else found


def _label(root: ElementTree.Element, key: str, title: str, description: str) -> None:
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("class", "figure")
    root.set("aria-labelledby", f"{key}-title {key}-description")
    for position, (name, text) in enumerate((("title", title), ("desc", description))):
        node = ElementTree.Element(
            f"{{{SVG}}}{name}", {"id": f"{key}-{'title' if name == 'title' else 'description'}"}
        )
        node.text = without_controls(text)
        root.insert(position, node)
