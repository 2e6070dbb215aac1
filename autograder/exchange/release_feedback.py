"""nbgrader's release_feedback, with our pages rendered again: with the points and comments given by hand."""

from __future__ import annotations

import glob
from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback

from autograder.course import config
from autograder.errors import AutograderError
from autograder.language.staff import for_staff
from autograder.results import handed_back


class ReleaseFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]
    """Installed by `nbgrader_plugin.configure` instead of nbgrader's own, also for formgrader's button."""

    src_path: str

    def copy_files(self) -> None:
        """Release the feedback of each student; an error is reported, and prevents only that student's release."""
        root, name = Path(self.coursedir.root), self.coursedir.assignment_id
        wrong: list[str] = []
        with handed_back.opened(root, config.load(root)) as pages:
            folder = glob.escape(self.src_path).replace("[*]", "*")  # nbgrader's wildcard for all students
            for page in sorted(map(Path, glob.glob(f"{folder}/{glob.escape(name)}.html"))):  # noqa: PTH207
                student = page.parent.parent.name
                if not page.with_name("submission_secret.txt").is_file():
                    self.log.warning(
                        for_staff(
                            "{student}: was not handed in through the exchange, so feedback cannot be returned"
                            " through it",
                            student=student,
                        )
                    )
                    continue
                try:
                    pages.refresh(student, name)
                    self.src_path = glob.escape(str(page.parent))
                    super().copy_files()
                except (AutograderError, OSError) as error:
                    wrong.append(f"{student}: {error}")
        if wrong:
            self.fail(for_staff("not released: {lines}", lines="; ".join(wrong)))
