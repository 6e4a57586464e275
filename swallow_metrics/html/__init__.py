"""`report.html`: runs as one page that needs no server and no network. The only place that knows HTML."""

from swallow_metrics.html.page import PAGE, write_page

__all__ = ["PAGE", "write_page"]
