"""What is taken away: the review of a week, or the meeting over a cycle, as a page, a message, pages for a talk, a PDF.

Each is made from a `Review` or a `Meeting` alone and says what the screen says. `python -m components.report` writes
them without a screen, for a scheduled job.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

from components.printed import can_print, pdf
from components.report import okr_message, okr_page, okr_slides
from components.report.message import markdown
from components.report.page import html
from components.report.slide import pptx
from queries.okr.meeting import Meeting
from queries.review import Review

__all__ = ["KINDS", "Kind", "Report", "can_print", "html", "markdown", "of_meeting", "of_week", "pdf", "pptx"]

Kind = Literal["html", "pptx", "markdown", "pdf"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Report:
    """What can be taken away, each kind made when it is asked for."""

    html: Callable[[], str]
    pptx: Callable[[], bytes]
    markdown: Callable[[], str]

    def content(self, kind: Kind) -> bytes:
        """The file of a kind. Raises InsightsError where a PDF is asked for and nothing here can print it."""
        if kind == "pdf":
            return pdf(self.html())
        return self.pptx() if kind == "pptx" else (self.html() if kind == "html" else self.markdown()).encode()


def of_week(review: Review, closed_by: str = "") -> Report:
    """The review of a week. closed_by: who closed it, where somebody has."""
    return Report(partial(html, review, closed_by), partial(pptx, review), partial(markdown, review))


def of_meeting(meeting: Meeting) -> Report:
    """The meeting over a cycle."""
    return Report(
        partial(okr_page.html, meeting), partial(okr_slides.pptx, meeting), partial(okr_message.markdown, meeting)
    )
