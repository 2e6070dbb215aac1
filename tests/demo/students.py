"""The demo's class: honest, mistaken, odd and hostile students, and what each must lose."""

from autograder.demo.student import ALL, EVERY, Student

SETS = ("ps2", "ps4", "ps5", "ps8")


def _code(source, **metadata):
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"own-{abs(hash(source)) % 10**8}",
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def _place(notebook, grade_id):
    cells = notebook["cells"]
    return next(n for n, cell in enumerate(cells) if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def adds(source, before=None):
    """A cell of the student's own, above the cell `before` or at the top."""

    def edit(notebook):
        notebook["cells"].insert(_place(notebook, before) if before else 0, _code(source))

    return edit


def deletes_locked_cells(notebook):
    for grade_id in ("dropout-examples", "setup-01"):
        del notebook["cells"][_place(notebook, grade_id)]


def moves_locked_cells(notebook):
    cells = notebook["cells"]
    cells.append(cells.pop(_place(notebook, "batch_norm-examples")))
    cells.insert(1, cells.pop(_place(notebook, "dropout-examples")))


def duplicates_cells(notebook):
    for grade_id in ("batch_norm-examples", "dropout"):
        place = _place(notebook, grade_id)
        notebook["cells"].insert(place, {**notebook["cells"][place], "id": f"copy-of-{grade_id}"})


def forges_outputs(notebook):
    score = {"output_type": "execute_result", "data": {"text/plain": "99"}, "metadata": {}, "execution_count": 1}
    for cell in notebook["cells"]:
        graded = cell["metadata"].get("nbgrader", {})
        if graded.get("grade"):
            graded["points"] = 99
            if cell["cell_type"] == "code":
                cell["outputs"], cell["source"] = [score], "99"


def skips_execution(notebook):
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]


CHATTY = """\
import sys, time, warnings
warnings.warn("this may take a while")
print("debug: started")
for step in range(1, 51):
    print(f"\\r{'#' * (step // 5):<10} {2 * step} %", end="", file=sys.stderr)
print(file=sys.stderr)
"""

NOISY_DROPOUT = """\
def dropout(x, p, mask):
    import sys, warnings
    print("dropping", p)
    print("still dropping", file=sys.stderr)
    warnings.warn("p looks large")
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return torch.zeros_like(x) if p == 1 else x * mask.to(x.dtype) / (1 - p)
"""

PATCHES = """\
import builtins, torch.testing
same = lambda *given, **named: None
torch.testing.assert_close = torch.allclose = torch.equal = lambda *given, **named: True
torch.Tensor.__eq__ = lambda self, other: torch.ones(self.shape, dtype=torch.bool)
builtins.AssertionError = type("Nothing", (Exception,), {})
torch.manual_seed = torch.randn = lambda *given, **named: torch.zeros(1)
"""

EQUALS_ALL = """\
class Everything(torch.Tensor):
    def __eq__(self, other): return True
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None): return True

def dropout(x, p, mask):
    return torch.zeros(1).as_subclass(Everything)
"""

DEAF = """\
def dropout(x, p, mask):
    import signal
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    while True: pass
"""

BY_ANOTHER_NAME = """\
def gru_step(x, h, *weights):
    return getattr(torch, "llec_urg"[::-1])(x, h, *weights)
"""

STUDENTS = [
    Student("ada", "everything solved", SETS),
    Student("ben", "nothing begun", SETS, writes={EVERY: ""}, loses={EVERY: ALL}),
    Student("cleo", "dropout not begun", ("ps4",), writes={"dropout": ""}, loses={"dropout": ALL}),
    # mistakes, each with the points that it costs
    Student(
        "dan",
        "divides by N - 1",
        ("ps4",),
        writes={"batch_norm": "misconception:unbiased_variance"},
        loses={"batch_norm": 3},
    ),
    Student(
        "eve",
        "divides by p",
        ("ps4",),
        writes={"dropout": "misconception:scales_by_drop_probability"},
        loses={"dropout": 4},
    ),
    Student(
        "finn",
        "forgets the dilation",
        ("ps2",),
        writes={"conv_output_size": "misconception:ignores_dilation"},
        loses={"conv_output_size": 3},
    ),
    Student(
        "gus",
        "resets before the product",
        ("ps5",),
        writes={"gru_step": "misconception:reset_before_the_product"},
        loses={"gru_step": 3},
    ),
    Student(
        "hana",
        "softmax twice",
        ("ps8",),
        writes={"cross_entropy": "misconception:softmax_twice"},
        loses={"cross_entropy": 6},
    ),
    # honest oddities: none may cost a point
    Student(
        "ivy", "prints, warns, draws a progress bar", ("ps4",), writes={"dropout": NOISY_DROPOUT}, edits=adds(CHATTY)
    ),
    Student("jon", "deleted locked cells", ("ps4",), edits=deletes_locked_cells),
    Student("kai", "moved locked cells", ("ps4",), edits=moves_locked_cells),
    Student("lea", "duplicated cells", ("ps4",), edits=duplicates_cells),
    Student("max", "a cell of their own raises", ("ps4",), edits=adds("1 / 0", before="dropout")),
    Student("noa", "notebook renamed", ("ps4",), renamed="ps4 (final) noa.ipynb"),
    # hostile: only the honest part of the work may count
    Student(
        "otto",
        "os._exit in a cell",
        ("ps4",),
        writes={"dropout": ""},
        edits=adds("import os; os._exit(0)"),
        loses={"dropout": ALL},
    ),
    Student(
        "pia",
        "os._exit in the function",
        ("ps4",),
        loses={"dropout": ALL},
        writes={"dropout": "def dropout(x, p, mask):\n    import os\n    os._exit(0)"},
    ),
    Student(
        "quin",
        "endless loop",
        ("ps4",),
        loses={"dropout": ALL},
        writes={"dropout": "def dropout(x, p, mask):\n    while True:\n        pass"},
    ),
    Student(
        "rob",
        "endless loop that will not be stopped",
        ("ps4",),
        loses={"dropout": ALL},
        writes={"dropout": DEAF},
    ),
    Student(
        "sue",
        "allocates 10 GB",
        ("ps4",),
        loses={"dropout": ALL},
        writes={"dropout": "def dropout(x, p, mask):\n    return torch.ones(10 * 2**30 // 4).sum() * x"},
    ),
    Student(
        "tom",
        "forged outputs and points",
        ("ps4",),
        writes={"dropout": ""},
        edits=forges_outputs,
        loses={"dropout": ALL},
    ),
    Student(
        "uma", "skip-execution tags", ("ps4",), writes={"dropout": ""}, edits=skips_execution, loses={"dropout": ALL}
    ),
    Student(
        "vic",
        "patches torch.testing and more",
        ("ps4",),
        edits=adds(PATCHES, before="dropout"),
        loses={"dropout": ALL},
        writes={"dropout": "def dropout(x, p, mask):\n    return None"},
    ),
    Student(
        "wes",
        "calls the torch function itself",
        ("ps4",),
        loses={"batch_norm": ALL},
        writes={
            "batch_norm": "def batch_norm(x, gamma, beta, eps=1e-5):\n"
            "    return torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)"
        },
    ),
    Student(
        "xan",
        "calls it by a made-up name",
        ("ps5",),
        loses={"gru_step": ALL},
        writes={"gru_step": BY_ANOTHER_NAME},
    ),
    Student(
        "yan", "an object that equals everything", ("ps4",), writes={"dropout": EQUALS_ALL}, loses={"dropout": ALL}
    ),
    # files that cannot be graded: one line each, and nobody else is hurt
    Student("zoe", "no notebook", ("ps4",), file=b"", refused="no such file"),
    Student("zack", "invalid JSON", ("ps4",), file=b'{"cells": [', refused="not valid JSON"),
]
