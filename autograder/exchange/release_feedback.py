"""nbgrader's release of feedback, of our pages made anew: with the points and comments that were given by hand."""

from __future__ import annotations

import glob
from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback

from autograder.course import config
from autograder.errors import AutograderError
from autograder.results import handed_back


class ReleaseFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]
    """`nbgrader_plugin.configure` puts it in the place of nbgrader's own, for formgrader's button too."""

    src_path: str

    def copy_files(self) -> None:
        """Release student by student: what is wrong with one page is said, and keeps back that one alone."""
        root, name = Path(self.coursedir.root), self.coursedir.assignment_id
        wrong: list[str] = []
        with handed_back.opened(root, config.load(root)) as pages:
            folder = glob.escape(self.src_path).replace("[*]", "*")  # the star is nbgrader's: all students
            for page in sorted(map(Path, glob.glob(f"{folder}/{glob.escape(name)}.html"))):  # noqa: PTH207
                student = page.parent.parent.name
                if not page.with_name("submission_secret.txt").is_file():
                    self.log.warning("%s: came by another way than the exchange, by which nothing goes back", student)
                    continue
                try:
                    pages.refresh(student, name)
                    self.src_path = glob.escape(str(page.parent))
                    super().copy_files()
                except (AutograderError, OSError) as error:
                    wrong.append(f"{student}: {error}")
        if wrong:
            self.fail(f"not released: {'; '.join(wrong)}")
