"""A weekly review to take away: as a page, a message, a page for a talk, a PDF.

Each is made from a `Review` alone and says what the screen says. `python -m components.report` writes them without a
screen, for a scheduled job.
"""

from components.report.message import markdown
from components.report.page import html
from components.report.printed import can_print, pdf
from components.report.slide import pptx

__all__ = ["can_print", "html", "markdown", "pdf", "pptx"]
