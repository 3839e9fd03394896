"""The ledger told to people and programs: terminal, HTML, spreadsheets, JSON."""

from degoog.report.facts import Facts, gather
from degoog.report.files import ReportFiles, report
from degoog.report.held import held
from degoog.report.statement import Next, next_step, statement
from degoog.report.status import Status, status, status_lines
from degoog.report.summary import summary
from degoog.report.terminal import closing, compared, plan_lines, rehearsed

__all__ = [
    "Facts", "Next", "ReportFiles", "Status", "closing", "compared", "gather", "held", "next_step", "plan_lines",
    "rehearsed", "report", "statement", "status", "status_lines", "summary",
]  # fmt: skip
