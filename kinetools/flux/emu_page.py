"""The picture of an EMU network above its table, for a notebook's page."""

import base64
import html
import re

from .emu_explanation import EmuExplanation

HEIGHT = 720  # pixels, of what can be scrolled
SHRUNK = 0.85  # of its width: the least that a picture is shrunk to
CELL = "padding: 2px 12px 2px 0; text-align: left; vertical-align: top"


def emu_page(explanation: EmuExplanation) -> str:
    """HTML that scrolls where the picture is large; the table is folded away."""
    table = explanation.table()
    heads = "".join(f'<th style="{CELL}">{html.escape(c.replace("_", " "))}</th>' for c in table)
    rows = "".join(
        "<tr>" + "".join(f'<td style="{CELL}">{html.escape(str(v))}</td>' for v in row) + "</tr>"
        for row in table.itertuples(index=False)
    )
    svg = explanation.svg()
    width = float(re.search(r'width="(\d+)"', svg)[1])
    # As an image, which is also shown where a notebook is not trusted; a wide one is not shrunk until
    # nobody can read it, but scrolls.
    image = (
        f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" '
        f'alt="{html.escape(str(explanation))}" '
        f'style="max-width: max(100%, {SHRUNK * width:.0f}px); margin: 0">'
    )
    return (
        f'<div style="overflow: auto; max-height: {HEIGHT}px; background: white">{image}</div>'
        f"<details><summary>All {len(table)} ways in which these EMUs are made</summary>"
        f'<div style="overflow: auto; max-height: {HEIGHT}px">'
        f'<table style="font-size: 12px; white-space: nowrap"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details>"
    )
