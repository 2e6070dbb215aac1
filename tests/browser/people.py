"""What staff and students press in nbgrader's pages."""


class Pictures:
    """Numbered screenshots of one page."""

    def __init__(self, page, folder, who):
        self.page, self.folder, self.who, self.count = page, folder, who, 0

    def __call__(self, name):
        self.count += 1
        self.page.screenshot(path=self.folder / f"round-{self.who}-{self.count:02}-{name}.png")


class Staff:
    """Drives formgrader."""

    def __init__(self, page, home, folder):
        self.page, self.home = page, home
        page.set_default_timeout(60_000)
        self.picture = Pictures(page, folder, "staff")

    def open(self, way="/"):
        self.page.goto(f"{self.home}{way}")
        self.page.locator("td.name a").wait_for()
        assert self.page.url == f"{self.home}/formgrader/manage_assignments"

    def press(self, name, row=""):
        """Press the button of a row, or of the one that there is, and wait until formgrader says that it is done."""
        self.page.locator("tr", has_text=row).locator(f"td.{name} a").click()
        title = self.page.locator(".modal.in .modal-title")
        title.wait_for()
        self.picture(name)
        assert title.inner_text() == "Success", self.page.locator(".modal.in .modal-body").inner_text()
        self.page.locator(".modal.in .modal-footer button").click()
        title.wait_for(state="detached")

    def go(self, place):
        self.page.goto(f"{self.home}/formgrader/{place}")
        self.page.wait_for_function("models?.loaded")

    def grade_by_hand(self, student, score, comment):
        """The written question, on the page that the links of the submissions lead to."""
        self.page.locator(f"td.student-name a[href*='/{student}/']").click()
        self.page.wait_for_url(f"**/manage_students/{student}/ps1")
        self.page.locator("td.name a").click()
        self.page.wait_for_function("window.formgrader?.grades?.loaded")
        assert "Because both sides scale." in self.page.locator("#notebook-container").first.inner_text()
        for box, value in (("ps1-written", score), ("ps1-written-comment", comment)):
            with self.page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
                self.page.locator(f"#{box}").fill(str(value))
                self.page.locator(f"#{box}").blur()
            assert saved.value.ok
        self.picture("by-hand")


class Student:
    """Drives JupyterLab with nbgrader's assignment list."""

    def __init__(self, page, home, folder, paste, name="student"):
        self.page, self.home, self.paste = page, home, paste
        page.set_default_timeout(60_000)
        self.picture = Pictures(page, folder, name)
        self.desks = 0

    def open_list(self):
        self.desks += 1
        self.page.goto(f"{self.home}/lab/workspaces/desk{self.desks}")  # an empty one
        self.page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
        self.page.get_by_role("menuitem", name="Assignment List", exact=True).click()

    def press(self, part, name):
        """Press a button of the assignment list, and wait for the list."""
        button = self.page.locator(f"#{part}_assignments_list").get_by_role("button", name=name, exact=True)
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as done:
            button.click()
        assert done.value.json()["success"], done.value.text()

    def open_notebook(self):
        self.page.locator("#fetched_assignments_list .assignment-notebooks-link").click()
        self.page.locator("#fetched_assignments_list").get_by_role("link", name="ps1", exact=True).click()
        self.page.wait_for_function(
            "document.querySelector('.jp-NotebookPanel-toolbar')?.innerText.includes('Python 3')"
        )

    def write(self, cells, texts):
        for place, cell in enumerate(cells):
            text = texts.get(cell["metadata"].get("nbgrader", {}).get("grade_id"))
            if text:
                there = self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{place}']")
                if cell["cell_type"] == "markdown":
                    there.dblclick()
                self.paste(self.page, there, text)

    def validate(self):
        """Press the notebook's button; gives what the dialog says. It saves first."""
        self.page.locator(".validate-button").first.click()
        dialog = self.page.locator(".jp-Dialog-content")
        dialog.wait_for()
        self.picture("validated")
        said = dialog.inner_text()
        dialog.get_by_role("button", name="OK").click()
        return said

    def read_feedback(self):
        """Fetch it, follow the last link of the list, and open the page."""
        self.press("submitted", "Fetch Feedback")
        self.page.get_by_text("(view feedback)").last.click()
        self.page.locator(".jp-DirListing-item", has_text="ps1.html").dblclick()
        body = self.page.frame_locator(".jp-HTMLViewer iframe").locator("body")
        body.wait_for()
        self.picture("feedback")
        return body.inner_text()
