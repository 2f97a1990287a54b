"""Data cards for people: a list, one in full, and the page of the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from radiobone.cohort.data_card import Checked, Citation, DataCard, DataClass, Disagreement, KnownFile
from radiobone.cohort.data_cards import list_cards
from radiobone.core.data_layouts import NoLoader
from radiobone.imaging.common_part import FEWEST, OWN
from radiobone.imaging.copies import NEAR
from radiobone.imaging.cropped import DEEPEST, OWN_WINDOW, SAME_WINDOW
from radiobone.imaging.reduced import COMPARED_SIDE, VOLUME_SIDE

NOT_STATED = "not stated"
HEADINGS = ("name", "modality", "region", "images", "classes", "label", "access", "loader")
WIDEST = 34
LAYOUTS = {
    "class_folders": "folders named after classes",
    "sheet_and_images": "a sheet and images",
    "table": "a table of features",
    "tables": "a folder of tables",
    "images_and_masks": "images and masks",
    "none": "none",
}

GATE = (
    "## The duplicate gate",
    "",
    "- **Same pixels**: one SHA-256 of shape and values, whatever the file's format.",
    f"- **Near-duplicates**: each picture is averaged over {COMPARED_SIDE} × {COMPARED_SIDE} equal cells (volumes over "
    f"{VOLUME_SIDE} × {VOLUME_SIDE} × {VOLUME_SIDE}), its proportions given up; a pair is found if the cells, or their ranks, "
    f"correlate by {NEAR} or more, as they are or under any turn by 90° and mirroring. Brightness, contrast and gamma change nothing.",
    f"- **Merely alike**: among {FEWEST} images or more a pair must also correlate by {OWN} (crops {OWN_WINDOW}) once the mean of all is taken off, since radiographs "
    "of one region, taken alike, correlate highly whoever they are of.",
    f"- **Cropped**: pictures of which one is a window of the other, with up to about {DEEPEST:.0%} taken off each side; the window is "
    f"fitted, and has to correlate by {SAME_WINDOW} (values or ranks). Volumes are not searched for crops.",
    "- **Groups**: what is linked, however far, and images of one patient have one `copy_group`; `evaluate --groups copy_group` keeps "
    "each in one fold. Copies with two labels are left out of the manifest unless `--conflicts keep` is said.",
    "- **What it cannot tell**: turns by other angles, deeper crops, and, where all images are nearly alike, which of the likeliest are "
    "copies. Look at the sheets in `copies/`.",
)


def list_lines() -> list[str]:
    """Every card in a row, and what to do with it."""
    rows = [HEADINGS, *(_row(card) for card in list_cards().values())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return [
        *(line.rstrip() for line in lines),
        "",
        "`radiobone cards NAME` prints one in full. `radiobone cards NAME --check DOWNLOAD -o DIR` checks what you have "
        "downloaded. `radiobone cards new MANIFEST -o DIR` drafts one of your own data.",
    ]


def _row(card: DataCard) -> tuple[str, ...]:
    classes = " / ".join(f"{_count(_of_class(one))} {one.name}" for one in card.classes)
    return (
        card.name,
        ", ".join(card.modality),
        _short(card.region),
        _count(card.images),
        _short(classes or "none"),
        "bone density" if card.osteoporosis else "other",
        card.access.kind,
        LAYOUTS[card.layout.kind],
    )


def _of_class(one: DataClass) -> int | None:
    return one.images if one.images is not None else one.subjects


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def _count(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


def card_lines(card: DataCard) -> list[str]:
    """One card in full, a heading per fact."""
    lines = [f"{card.title} ({card.name})", card.about, ""]
    for heading, texts in _facts(card):
        first, *others = texts
        lines.append(f"{heading + ':':<16} {first}")
        lines += [f"{'':<16} {text}" for text in others]
    return lines


def _facts(card: DataCard) -> Iterator[tuple[str, Sequence[str]]]:
    yield "modality", [", ".join(card.modality)]
    yield "region", [card.region]
    yield "subjects", [NOT_STATED if card.subjects is None else f"{card.subjects:,}"]
    yield "images", [NOT_STATED if card.images is None else f"{card.images:,}"]
    yield "classes", [_class_words(one) for one in card.classes] or ["none"]
    yield "label", [card.label_source]
    yield "licence", [card.licence]
    yield "access", [_with_note(f"{card.access.kind}, {card.access.where}", card.access.note)]
    yield "splits", [card.splits]
    yield "patient ids", [card.patient_ids]
    if card.sites:
        yield "sites", [f"{name}: {count:,} images" for name, count in card.sites.items()]
    if card.spacing_mm:
        yield "spacing (mm)", [card.spacing_mm]
    yield "known faults", card.faults or ["none known"]
    if card.disagreements:
        yield "counts disagree", [_disagreement(one) for one in card.disagreements]
    if card.files:
        yield "files", [_file_words(one) for one in card.files]
    yield "loader", [_layout_words(card)]
    yield "facts from", card.sources
    if card.checked:
        yield "looked up", [_checked_words(one) for one in card.checked]
    yield "cite", [_citation(one) for one in card.citation]


def _class_words(one: DataClass) -> str:
    counted = [
        f"{count:,} {what}"
        for count, what in ((one.images, "images"), (one.subjects, "subjects"))
        if count is not None
    ]
    also = f" (also called {', '.join(one.folders)})" if one.folders else ""
    return f"{one.name}: {' of '.join(counted) or 'how many is not stated'}{also}"


def _with_note(text: str, note: str) -> str:
    return f"{text}; {note}" if note else text


def _disagreement(one: Disagreement) -> str:
    return f"{one.of}: " + "; ".join(f"{stated.count:,} ({stated.source})" for stated in one.stated)


def _file_words(one: KnownFile) -> str:
    size = "" if one.bytes is None else f", {one.bytes:,} bytes"
    digest = f", SHA-256 {one.sha256}" if one.sha256 else ", digest not published"
    return f"{one.name}{size}{digest} ({one.source})"


def _layout_words(card: DataCard) -> str:
    layout = card.layout
    if isinstance(layout, NoLoader):
        return f"none: {layout.reason}"
    known = f"known from {layout.known_from}" if layout.known_from else "the real layout is not known"
    return f"{LAYOUTS[layout.kind]}; {known}"


def _checked_words(one: Checked) -> str:
    return f"{', '.join(one.of)}: {one.by}" + (f" ({one.where})" if one.where else "")


def _citation(one: Citation) -> str:
    where = f"https://doi.org/{one.doi}" if one.doi else one.url
    return f"{one.text}. {where}".strip()


def page() -> str:
    """Return the page of the documentation, in Markdown."""
    cards = list_cards().values()
    parts = [
        "# Data cards",
        "",
        "Public data sets that studies of bone density name, and those that this project is tested on. Written by "
        "`radiobone cards --markdown`; the facts stand in `src/radiobone/data_cards/`.",
        "Nothing is downloaded by radiobone: `radiobone cards NAME --check DOWNLOAD -o DIR` reads what you have downloaded, "
        "compares it with the card, groups copies of one image and writes a manifest.",
        "",
        *_markdown_rows([HEADINGS, *(_full_row(card) for card in cards)]),
        "",
        *GATE,
        "",
    ]
    for card in cards:
        parts += [f"## {card.title}", "", f"`{card.name}`. {card.about}", ""]
        parts += [f"- **{heading}**: {'; '.join(texts)}" for heading, texts in _facts(card)]
        parts.append("")
    return "\n".join(parts).rstrip("\n") + "\n"


def _full_row(card: DataCard) -> tuple[str, ...]:
    row = list(_row(card))
    row[2] = card.region
    row[4] = " / ".join(f"{_count(_of_class(one))} {one.name}" for one in card.classes) or "none"
    return tuple(row)


def _markdown_rows(rows: Iterable[Sequence[str]]) -> list[str]:
    head, *body = (f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
    return [head, f"|{'---|' * len(HEADINGS)}", *body]
