"""Dataclasses of the notebook are read as records, those of a helper module go by value; a class decides nothing."""

import dataclasses
import importlib
import sys
from pathlib import Path

import pytest
import torch

from autograder.authoring import Difference, Record, assert_close, assert_equal, codec, observe, record, records
from autograder.authoring.showing import shown
from autograder.course.handouts import Handout
from autograder.jail.jail import Jail
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.model.limits import SessionLimits
from autograder.model.submission import CodeCell, Exercise, Submission
from autograder.session.remote import CallFailed, RemoteObject, StudentError
from autograder.session.session import Session
from autograder.session.transport import JailTransport, LocalTransport

SHOP = """
from dataclasses import dataclass, field

@dataclass
class Point:
    x: float
    y: float = 0.0
    def __post_init__(self):
        if self.x == "no":
            raise ValueError("constructed")
    def length(self):
        return abs(self.x) + abs(self.y)

@dataclass(frozen=True, slots=True)
class Pair:
    first: object
    second: object

class Grid:
    def __init__(self, rows): self.rows = rows
    def __eq__(self, other): return self.rows == other.rows

def plain_of_grid(grid): return grid.rows
def grid_of_plain(rows):
    if not (isinstance(rows, list) and all(isinstance(row, list) for row in rows)):
        raise ValueError("not rows")
    return Grid(rows)
"""
CODE = """
import dataclasses, shop
from dataclasses import dataclass

@dataclass
class Mine:
    x: int
    inner: object = None
@dataclass
class Point:
    x: float
    y: float = 0.0

def point(*args): return Point(*args)
def mine(x, inner=None): return Mine(x, inner)
def several(): return [Mine(1), {"a": Mine(2)}, (Mine(3), 4)]
def shift(p): return shop.Point(p.x + 1, p.y)
def move(p): p.x += 10
def kind(p): return type(p).__name__, type(p) is shop.Point, type(p) is shop.Grid
def pair(a, b): return shop.Pair(a, b)
def points(): return {shop.Pair(1, 2), shop.Pair(3, 4)}
def grid(rows): return shop.Grid(rows)
def turned(g): return shop.Grid(g.rows[::-1])
def weight(t): return shop.Point(t * 2)
def total(m): return m.x

@dataclass
class Liar:
    x: int
    def __eq__(self, other): return True
    def __repr__(self): return "Mine(x=42)"
    def __getattribute__(self, name):
        if name.startswith("__"): return object.__getattribute__(self, name)
        return 42
def liar(x): return Liar(x)
def claims(name):
    made = dataclasses.make_dataclass("Claims", ["x"])
    made.__qualname__ = name
    return made(3)
def fields_of_its_own():
    made = Mine(1)
    Mine_ = type("Mine", (), {"__dataclass_fields__": {"x": 3}})
    return Mine_()
def cycle():
    made = Mine(1); made.inner = made
    return made
def deep(n):
    made = None
    for _ in range(n): made = Mine(1, made)
    return made
def wide(n): return shop.Pair(list(range(n)), None)
def without():
    made = shop.Point(1); del made.x
    return made
class Sub(shop.Point): pass
def sub(): return Sub(1.0)
def replace(*names):
    shop.Point = dataclasses.make_dataclass("Point", names)
    shop.Point.__module__ = "shop"
def replaced(*values): return shop.Point(*values)
def bad_grid(): return shop.Grid(5)
def object_in(): return shop.Pair(lambda: 1, 2)
def object_in_grid(): return shop.Grid([[lambda: 1]])
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The helper module, as checks import it."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "shop.py").write_text(SHOP)
    sys.path.insert(0, str(folder))
    module = importlib.import_module("shop")
    codec(module.Point)
    codec(module.Pair)
    codec(module.Grid, module.plain_of_grid, module.grid_of_plain)
    yield module
    sys.path.remove(str(folder))
    del sys.modules["shop"]
    for of in (module.Point, module.Pair, module.Grid):
        del records._registered[of]


@pytest.fixture(scope="module")
def jailed(shop):
    found = Handout("shop.py", Path(shop.__file__), len(SHOP), 0)
    jail = Jail(SandboxLimits(memory_bytes=512 << 20), handouts=[found])
    jail.start()
    exercises = [Exercise("point", {}, None), Exercise("tests", {}, None, ["*"], at_cell=True)]
    session = Session(
        JailTransport(jail), Submission("ps", [CodeCell(1, CODE)], exercises, []), SessionLimits(5, 5, 600)
    )
    session.turn_to(exercises[0])
    session.run()
    yield session
    session.close()
    jail.close()


@pytest.fixture
def student(jailed):
    jailed.begin(1)
    return jailed.student()


# --- dataclasses of the notebook --------------------------------------------------------------------------------------


def test_a_dataclass_of_the_notebook_stays_inside_and_is_read_as_a_record(student):
    made = student.mine(3)
    assert isinstance(made, RemoteObject) and made.x == 3
    assert record(made) == Record("Mine", x=3, inner=None) and record(made).x == 3
    assert_equal(made, Record("Mine", x=3, inner=None))
    assert record(student.several()) == [
        Record("Mine", x=1, inner=None),
        {"a": Record("Mine", x=2, inner=None)},
        (Record("Mine", x=3, inner=None), 4),
    ]
    assert record(student.mine(1, student.mine(2))).inner == Record("Mine", x=2, inner=None)


def test_it_is_compared_with_a_dataclass_of_the_check_by_name_and_fields(student):
    @dataclasses.dataclass
    class Mine:
        x: float
        inner: object = dataclasses.field(default=None, compare=False)

    assert_close(student.mine(3.0000000001), Mine(3.0))
    assert_close(student.mine(3.0, [1]), Mine(3.0))
    with pytest.raises(Difference, match=r"the result\.x should be 4, not 3"):
        assert_equal(student.mine(3.0), Mine(4.0))
    with pytest.raises(Difference, match=r"the result should be Mine\(x=4\), not Point\(x=4, y=0\)"):
        assert_equal(student.point(4.0), Mine(4.0))
    with pytest.raises(Difference, match="should be"):
        assert_equal(5, Mine(4.0))
    with pytest.raises(Difference):
        assert_equal(student.liar, Mine(4.0))


def test_what_a_class_says_of_itself_does_not_matter(student):
    made = student.liar(3)
    assert record(made) == Record("Liar", x=3)
    with pytest.raises(Difference, match=r"should be 4, not 3"):
        assert_equal(made, Record("Liar", x=4))
    assert made != 42 and made != Record("Liar", x=3) and shown(record(made)) == "Liar(x=3)"


def test_records_cannot_be_changed_hashed_or_asked_for_more():
    made = Record("Point", x=1)
    for act in (lambda: setattr(made, "x", 2), lambda: delattr(made, "x"), lambda: made.y):
        with pytest.raises(AttributeError):
            act()
    with pytest.raises(TypeError):
        hash(made)
    assert made != Record("Other", x=1) and made != Record("Point", x=2) and repr(made) == "Point(x=1)"


@pytest.mark.parametrize("name", ["Point", "shop.Other", "", "x" * 5000, "\n", "__main__.os"])
def test_a_name_gives_no_class(student, shop, name):
    found = record(student.claims(name))
    assert type(found) is Record and found.x == 3 and "\n" not in shown(found) and len(shown(found)) < 300


def test_a_name_of_the_courses_with_other_fields_is_refused(student):
    with pytest.raises(CallFailed, match=r"an instance of shop\.Point with other fields"):
        record(student.claims("shop.Point"))


def test_what_only_looks_like_a_dataclass_is_no_result(student):
    with pytest.raises((StudentError, CallFailed)):
        record(student.fields_of_its_own())


def test_nesting_is_bounded_and_cycles_end(student):
    assert record(student.deep(30)).inner.inner.x == 1
    for made in (student.cycle(), student.deep(200)):
        with pytest.raises(CallFailed, match="nested more than 64 deep"):
            record(made)


# --- classes of a helper module ---------------------------------------------------------------------------------------


def test_an_instance_of_the_courses_dataclass_goes_by_value_and_comes_back(student, shop):
    assert student.kind(shop.Point(1.0)) == ("Point", True, False)
    found = student.shift(shop.Point(1.0, 5.0))
    assert type(found) is shop.Point and found == shop.Point(2.0, 5.0) and found.length() == 7.0
    assert_equal(found, shop.Point(2.0, 5.0))
    with pytest.raises(Difference, match=r"the result\.x should be 3, not 2"):
        assert_equal(found, shop.Point(3.0, 5.0))
    assert student.points() == {shop.Pair(1, 2), shop.Pair(3, 4)}
    assert student.pair(shop.Point(1), [shop.Pair(2, 3)]) == shop.Pair(shop.Point(1), [shop.Pair(2, 3)])


def test_a_changed_argument_comes_back_and_the_checks_own_is_unchanged(student, shop):
    given = shop.Point(1.0)
    assert observe(student.move, given).arguments == [shop.Point(11.0)] and given == shop.Point(1.0)


def test_no_constructor_is_called(student, shop):
    assert student.kind(_made(shop, "no"))[1] and student.pair(_made(shop, "no"), 1).first.x == "no"


def _made(shop, x):
    made = shop.Point(1)
    made.x = x
    return made


def test_another_class_goes_as_plain_data(student, shop):
    assert student.kind(shop.Grid([[1]])) == ("Grid", False, True)
    found = student.turned(shop.Grid([[1], [2]]))
    assert type(found) is shop.Grid and found.rows == [[2], [1]]
    assert_equal(found, shop.Grid([[2], [1]]))
    with pytest.raises(Difference, match=r"the result\[0\]\[0\] should be 3, not 2"):
        assert_equal(found, shop.Grid([[3], [1]]))
    with pytest.raises(Difference, match=r"should be Grid\(\[\[3\]\]\), not Point"):
        assert_equal(shop.Point(1), shop.Grid([[3]]))


def test_tensors_in_a_record_carry_no_gradient(student, shop):
    found = student.weight(torch.ones(2, requires_grad=True))
    assert torch.equal(found.x, torch.full((2,), 2.0)) and not found.x.requires_grad


def test_a_derived_class_is_the_students(student, shop):
    made = student.sub()
    assert isinstance(made, RemoteObject) and record(made) == Record("Sub", x=1.0, y=0.0)
    with pytest.raises(Difference):
        assert_equal(made, shop.Point(1.0))
    with pytest.raises(Difference, match="should be an instance of the class Point of shop"):
        assert_equal(student.point(1.0), shop.Point(1.0))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("bad_grid", r"plain data that is no shop\.Grid: ValueError: not rows"),
        ("object_in", "an object where only plain data is allowed"),
        ("object_in_grid", "an object where only plain data is allowed"),
    ],
)
def test_what_is_no_instance_is_refused(student, name, why):
    with pytest.raises(CallFailed, match=why):
        getattr(student, name)()


def test_an_instance_without_a_field_is_an_error_of_the_students(student):
    with pytest.raises(StudentError, match="AttributeError"):
        student.without()


def test_a_class_in_the_place_of_the_courses_is_no_more_than_data(jailed, shop):
    jailed.begin(1)
    jailed.student().replace("x", "y", "z")
    jailed.begin(1)
    with pytest.raises(CallFailed, match="with other fields"):
        jailed.student().replaced(1, 2, 3)
    jailed.student().replace("x", "y")
    jailed.begin(2)
    found = jailed.student().replaced(1, 2)
    assert type(found) is shop.Point and found == shop.Point(1, 2)
    jailed.run()


def test_the_solution_in_this_process_is_read_in_the_same_way(shop):
    namespace = {}
    exec(CODE, namespace)
    session = Session(
        LocalTransport(namespace), Submission("ps", [], [Exercise("point", {}, None)], []), SessionLimits(5, 5, 600)
    )
    session.turn_to(Exercise("point", {}, None))
    session.begin(1)
    student = session.student()
    assert record(student.mine(3)) == Record("Mine", x=3, inner=None)
    assert student.shift(shop.Point(1.0)) == shop.Point(2.0)
    assert record(namespace["mine"](3)) == Record("Mine", x=3, inner=None)
    given = shop.Point(1.0)
    assert observe(namespace["move"], given).arguments == [shop.Point(11.0)] and given == shop.Point(1.0)


# --- registration -----------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class OfTheCheck:
    x: int


def test_only_classes_of_a_helper_module_are_registered(shop):
    for of, functions, why in (
        (OfTheCheck, (), "what a helper module"),
        (shop.Grid, (), "is not a plain dataclass"),
        (shop.Grid, (shop.plain_of_grid,), "both functions"),
        (shop.Grid, (lambda grid: grid, shop.grid_of_plain), "what a helper module"),
    ):
        with pytest.raises(ValueError, match=why):
            codec(of, *functions)


def test_a_class_that_is_not_registered_stays_outside(student):
    with pytest.raises(Exception, match="a OfTheCheck cannot be sent into the jail"):
        student.total(OfTheCheck(3))


def test_a_module_that_is_imported_again_has_other_classes(student, shop):
    sys.modules["shop"] = type(sys)("shop")
    try:
        assert isinstance(student.pair(1, 2), RemoteObject) or type(student.pair(1, 2)) is Record
    finally:
        sys.modules["shop"] = shop
