"""Executed notebooks as a folder of web pages that need no internet.

The pages are built from what the notebook left in its output cells (pictures, tables, text, Plotly
figures), never from the state of live widgets, whose scripts would come from the internet.
"""

from .build import build_report

__all__ = ["build_report"]
