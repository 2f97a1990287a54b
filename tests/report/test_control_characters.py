"""Names with characters that XML forbids are drawn all the same."""

from __future__ import annotations

from matplotlib.figure import Figure

from radiobone.report.figures.svg import to_svg


def test_a_name_with_a_nul_is_drawn() -> None:
    figure = Figure()
    figure.subplots().set_title("glcm\x00\x07 of L1")
    svg = to_svg(figure, key="a", title="b\x00", description="c\x1f")
    assert "glcm\ufffd\ufffd of L1" in svg
    assert "\x00" not in svg
    assert "\x1f" not in svg
