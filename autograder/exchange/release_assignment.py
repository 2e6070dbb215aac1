"""nbgrader's release, which leaves no student a way to put another folder in the place of the course's."""

from __future__ import annotations

from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseAssignment

from . import ownership


class ReleaseAssignment(ExchangeReleaseAssignment):  # type: ignore[misc]
    """`nbgrader_plugin.configure` puts it in the place of nbgrader's own, for formgrader's button too."""

    def ensure_root(self) -> None:
        """Open the exchange to all as nbgrader does, with the sticky bit, and look at whose it is."""
        super().ensure_root()
        ownership.protect(Path(self.root))
        why = ownership.fault(Path(self.root), self.coursedir.course_id, shared=self.coursedir.groupshared)
        if why:
            self.fail(why)
