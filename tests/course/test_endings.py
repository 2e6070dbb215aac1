"""What each problem set shows at its end with the student's own functions: the picture is made, and holds what the prose says."""

import re
from pathlib import Path

import IPython.display
import pytest
import torch
from torch.testing import assert_close

from autograder.diagnosis.solutions import solutions

SOLUTIONS = Path(__file__).parents[2] / "solutions"
SHOWS = {
    "ps1": ("show_channels", "channel", "independent_copy"),
    "ps2": ("show_filters", "conv2d", "receptive_field"),
    "ps3": ("show_boundaries", "linear", "xor_network"),
    "ps4": ("show_layers", "batch_norm", "Dropout"),
    "ps5": ("show_memory", "clip_grad_norm", "rnn_step"),
    "ps6": ("show_attention", "encoder_layer", "positional_encoding"),
    "ps7": ("show_letters", "one_hot", "k_nearest"),
    "ps8": ("show_embeddings", "nt_xent", "cross_entropy"),
    "ps9": ("show_race", "sgd_step", "he_normal"),
    "capstone": ("show_mistakes", "confusion_matrix", "train_epoch"),
}
"""The function of each problem set that shows something, and two exercises that it uses."""


@pytest.fixture
def shown(monkeypatch):
    """Return the list of all that is displayed."""
    found = []
    monkeypatch.setattr(IPython.display, "display", found.append)
    return found


@pytest.fixture
def notebook(root, shown, capsys):
    """Return the global names of a problem set's notebook with the course's solutions."""

    def run(name):
        found = solutions(root / "solutions" / name / f"{name}.py")
        if name == "capstone":  # it trains a network as it is run
            shown.clear()
            capsys.readouterr()
        return found

    return run


def is_picture(item):
    return "<svg" in item.data if isinstance(item, IPython.display.SVG) else item.data.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", SHOWS)
def test_what_is_missing_is_said_and_nothing_else_happens(notebook, shown, monkeypatch, capsys, name):
    def unwritten(*args, **kwargs):
        raise NotImplementedError

    show, first, second = SHOWS[name]
    monkeypatch.setitem(notebook(name), first, unwritten)
    monkeypatch.setitem(notebook(name), second, lambda *args, **kwargs: 1 / 0)
    notebook(name)[show]()
    said = capsys.readouterr().out
    assert f"- {first} is not written yet\n" in said and f"- {second} raises ZeroDivisionError" in said
    assert not shown


@pytest.mark.parametrize("name", SHOWS)
def test_functions_that_return_nothing_end_with_a_sentence(notebook, shown, monkeypatch, capsys, name):
    show, first, _ = SHOWS[name]
    monkeypatch.setitem(notebook(name), first, lambda *args, **kwargs: None)
    notebook(name)[show]()
    said = capsys.readouterr().out
    assert f"- {first} raises" in said or "do not fit together yet" in said
    assert not shown


def test_a_photo_comes_back_whole_and_what_goes_wrong_is_seen(notebook, shown, capsys):
    pictures, _ = notebook("ps1")["photo_in_parts"]()
    arrays = {name: notebook("ps1")["np"].asarray(picture).astype(float) for name, picture in pictures.items()}
    photo = arrays.pop("photo")
    same = {name for name, array in arrays.items() if array.shape == photo.shape and (array == photo).all()}
    assert same == {"stack_channels", "epoch 1", "epoch 2, own copy"}
    assert abs(arrays["epoch 2, from_numpy"] - photo).mean() > 30
    notebook("ps1")["show_channels"]()
    said = capsys.readouterr().out
    assert "rounded: 0 of 37800 bytes differ" in said and "truncated: 0" not in said
    assert len(shown) == 1 and is_picture(shown[0])


def test_layers_on_a_photo_have_the_sizes_of_the_formulas(notebook, shown, capsys):
    pictures = notebook("ps2")["filtered_photo"]()
    steps = {name: (picture[:, 1:] - picture[:, :-1]).abs().mean() for name, picture in pictures.items()}
    assert steps["blur"] < steps["photo"] / 2 < 2 * steps["photo"] < steps["sharpen"]
    assert (pictures["max_pool2d"] - pictures["avg_pool2d"]).mean() > 0.1
    layers = notebook("ps2")["layers_of_a_network"](pictures["photo"])
    assert all(size == real for _, size, real, *_ in layers)
    assert [field for *_, field in layers] == [5, 9, 17, 21, 53]
    notebook("ps2")["show_filters"]()
    assert "conv 3, dilation 2   5x7   5x7   4,640   53\n" in capsys.readouterr().out
    assert len(shown) == 1 and is_picture(shown[0])


def test_xor_needs_an_activation(notebook, shown, monkeypatch):
    shares = {}
    draw = notebook("ps3")["draw_boundaries"]
    monkeypatch.setitem(notebook("ps3"), "draw_boundaries", lambda *args: shares.update(draw(*args)))
    notebook("ps3")["show_boundaries"]()
    assert shares.pop("no activation") < 0.8
    assert len(shares) == 4 and all(share > 0.95 for share in shares.values())
    first, *_, last = notebook("ps3")["gradients_of_layers"](notebook("ps3")["sigmoid"])
    assert last / first > 1e5
    first, *_, last = notebook("ps3")["gradients_of_layers"](notebook("ps3")["relu"])
    assert last / first < 100
    assert len(shown) == 1 and is_picture(shown[0])


def test_the_race_of_optimizers_ends_as_the_text_says(notebook, shown, monkeypatch, capsys):
    found = {}
    draw = notebook("ps9")["draw"]
    monkeypatch.setitem(notebook("ps9"), "draw", lambda runs: (found.update(runs), draw(runs)))
    notebook("ps9")["show_race"]()
    assert "five runs in" in capsys.readouterr().out
    assert len(shown) == 1 and is_picture(shown[0]) and len(shown[0].data) < 200_000
    assert len(found) == 5 and all(accuracy > 0.9 for _, accuracy in found.values())
    ends = {name: sum(losses[-20:]) / 20 for name, (losses, _) in found.items()}
    assert max(ends, key=ends.get) == "SGD"
    assert min(ends, key=ends.get).startswith("AdamW")
    tiny = found["the same from tiny weights"][0]
    assert sum(tiny[50:60]) / 10 > 2.2 > 10 * sum(found["SGD with momentum"][0][50:60]) / 10


def test_normalization_keeps_activations_alive_and_dropout_keeps_the_mean(notebook, shown):
    activations = notebook("ps4")["activations_of_ten_layers"]()
    spread = {tuple(name.split("\n")): x.std() for name, (*_, x) in activations.items()}
    assert spread.pop(("small", "")) < 0.01 < 0.8 < spread.pop(("large", ""))
    assert len(spread) == 4 and all(0.5 < std < 0.75 for std in spread.values())
    for training, after in notebook("ps4")["unit_behind_dropout"]().values():
        assert abs(training.mean() - after) < 0.05 < training.std()
    sample = notebook("ps4")["one_sample_in_many_batches"]()
    assert len(set(sample["eval()"])) == 1 and len(set(sample["training"])) == 40
    notebook("ps4")["show_layers"]()
    assert len(shown) == 1 and is_picture(shown[0])


def test_the_gru_learns_to_add_and_the_plain_network_does_not(notebook, shown, capsys):
    notebook("ps5")["show_memory"]()
    plain, gated = (float(error) for error in re.findall(r"error (\S+) on new", capsys.readouterr().out))
    assert plain > 0.1 > 10 * gated
    assert len(shown) == 1 and is_picture(shown[0])


def test_the_encoder_learns_to_look_at_the_mirrored_place(notebook, shown, monkeypatch):
    looks = {}
    draw = notebook("ps6")["draw_attention"]
    monkeypatch.setitem(notebook("ps6"), "draw_attention", lambda found: (looks.update(found), draw(found)))
    notebook("ps6")["show_attention"]()
    shares = {name: share for name, (_, _, share) in looks.items()}
    assert shares["after training"] > 0.98 and shares["before training"] < 0.25
    assert 0.2 < shares["no positions"] < 0.45 < shares["causal mask"] < 0.65
    attention, answers, _ = looks["after training"]
    assert attention.argmax(dim=1).tolist() == [7, 6, 5, 4, 3, 2, 1, 0] and answers == list("headache")[::-1]
    assert all(abs(attention.sum(dim=1) - 1).max() < 1e-5 for attention, *_ in looks.values())
    assert looks["causal mask"][0].triu(1).abs().max() == 0
    assert len(shown) == 1 and is_picture(shown[0])


TWISTER = "黑化肥发灰，灰化肥发黑。黑化肥挥发会发灰，灰化肥挥发会发黑。"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_model_writes_its_sentence_and_one_without_a_mask_does_not(notebook, monkeypatch, capsys, language):
    cells = notebook("ps6")
    if language == "zh":
        monkeypatch.setitem(cells, "TEXT", TWISTER)
    assert f"# zh: {TWISTER}\n" in (SOLUTIONS / "ps6" / "ps6.py").read_text()
    cells["show_text"]()
    lines = capsys.readouterr().out.splitlines()
    losses = [float(line.split()[-1].rstrip(":")) for line in lines[::2]]
    first, some, trained, unmasked = (line[4:] for line in lines[1::2])
    text = cells["TEXT"]
    assert trained == text and text not in (first, some, unmasked)
    assert losses == sorted(losses, reverse=True) and losses[2] < 0.2


def test_vowels_find_together(notebook, shown, capsys):
    notebook("ps7")["show_letters"]()
    shares = re.search(r"vowels +(\d+)% +(\d+)% +(\d+)%", capsys.readouterr().out).groups()
    assert all(int(share) >= 80 for share in shares)
    assert len(shown) == 1 and is_picture(shown[0])
    first = notebook("ps7")["first_table"]()[1:]
    names, (_, near) = "abcdefghijklmnopqrstuvwxyz", notebook("ps7")["k_nearest"](first, first, 4)
    assert notebook("ps7")["share_of_vowels"](names, near) < 0.4


def test_three_losses_arrange_the_digits(notebook, shown, monkeypatch):
    shares = {}
    draw = notebook("ps8")["draw_embeddings"]

    def drawn(found, labels):
        shares.update({name: [share for _, share in times.values()] for name, times in found.items()})
        draw(found, labels)

    monkeypatch.setitem(notebook("ps8"), "draw_embeddings", drawn)
    notebook("ps8")["show_embeddings"]()
    assert len(shares) == 3 and all(first < 0.4 < 0.75 < last for first, _, last in shares.values())
    assert len(shown) == 1 and is_picture(shown[0])


def test_the_mistakes_of_a_network_are_shown_most_surprising_first(notebook, shown, capsys):
    names = notebook("capstone")
    matrix, mistakes = names["most_surprising"](names["trained"])
    assert matrix.sum() == 360 and matrix.trace() > 0.93 * 360
    assert 0 < len(mistakes) == min(8, 360 - matrix.trace())
    assert all(digit != read and matrix[digit, read] for _, digit, read, _ in mistakes)
    digits, numbers = names["images"], names["labels"]
    for image, digit, *_ in mistakes:
        assert any((image == other).all() for other in digits[numbers == digit])
    names["show_mistakes"]()
    assert f"{360 - matrix.trace()} of 360 test images are read wrongly" in capsys.readouterr().out
    assert len(shown) == 1 and is_picture(shown[0])


def test_adamw_of_the_helper_is_that_of_problem_set_9_and_trains_in_a_third_of_the_steps(
    notebook, root, monkeypatch, capsys
):
    names, ours = notebook("capstone"), notebook("ps9")
    monkeypatch.syspath_prepend(root / "solutions" / "capstone" / "files")
    import optimizers

    torch.manual_seed(0)
    weight, grad, m = torch.randn(3, 5).unbind()
    assert_close(optimizers.adamw_step(weight, grad, m, m**2, 3), ours["adamw_step"](weight, grad, m, m**2, 3))
    rates = [
        [made(step, 3, 10, 0.1, 0.01) for step in range(12)]
        for made in (optimizers.learning_rate, ours["learning_rate"])
    ]
    assert rates[0] == pytest.approx(rates[1])
    monkeypatch.setitem(names, "display", lambda picture: None)
    assert names["train_with_adamw"]() is not None
    accuracy = re.search(r"AdamW, 360 steps: accuracy on the test images (\S+)", capsys.readouterr().out)
    assert float(accuracy[1]) > 0.95
