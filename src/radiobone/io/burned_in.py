"""Text that a device has drawn into the pixels of an image, and that pictures of it would show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from radiobone.core.warnings import BurnedInText, warn

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def warn_if_burned_in(headers: Iterable[Dataset], name: str) -> None:
    """Warn if a header says that its pixels hold text: Burned In Annotation (0028,0301) is YES.

    Parameters
    ----------
    headers : iterable of Dataset
        Of one image.
    name : str
        What the message calls the image.

    Warns
    -----
    BurnedInText
    """
    if any(str(header.get("BurnedInAnnotation") or "").strip().upper() == "YES" for header in headers):
        warn(
            BurnedInText(
                f"{name} says that text is burned into its pixels (BurnedInAnnotation), which may name the patient: pictures and the "
                "report would show it, and a region over it would measure it. Look at the pictures before you pass them on."
            ),
            stacklevel=3,
        )
