"""nbgrader's release_assignment, which prevents students from replacing the course's folder in the exchange."""

from __future__ import annotations

from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseAssignment

from . import ownership


class ReleaseAssignment(ExchangeReleaseAssignment):  # type: ignore[misc]
    """Installed by `nbgrader_plugin.configure` instead of nbgrader's own, also for formgrader's button."""

    def ensure_root(self) -> None:
        """Open the exchange to all users as nbgrader does, with the sticky bit, and check who owns it."""
        super().ensure_root()
        ownership.protect(Path(self.root))
        why = ownership.fault(Path(self.root), self.coursedir.course_id, shared=self.coursedir.groupshared)
        if why:
            self.fail(str(why))
