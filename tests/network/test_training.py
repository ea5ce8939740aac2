import dataclasses

import numpy as np
import pytest
import torch
import xarray as xr
from sklearn.metrics import accuracy_score, f1_score

from s2kit.errors import S2kitError
from s2kit.network.checkpoints import header_sha256
from s2kit.network.figures import LiveCurves
from s2kit.network.losses import crop_mean_loss, evaluate
from s2kit.network.patches import IGNORE
from s2kit.network.recipes import Recipe
from s2kit.network.tensors import read_header, read_tensors, write_tensors
from s2kit.network.training import train
from s2kit.network.unet import UNet
from s2kit.network.weights import save_network
from s2kit.scenes.digest import pixels_sha256

TINY = Recipe(
    "tiny",
    width=4,
    depth=1,
    crop=16,
    batch=4,
    epochs=4,
    steps=15,
    learning_rate=1e-1,
    averaging=0.5,
)


SHORTEST = dataclasses.replace(TINY, name="shortest", epochs=1, steps=2)


def two_fields(seed):
    """A scene of growing crops (bright in the near infrared) on the left, bare soil right."""
    random = np.random.default_rng(seed)
    scene = xr.DataArray(
        random.normal(0.2, 0.02, (10, 32, 32)).astype("float32"),
        dims=("band", "y", "x"),
        name=f"fields_{seed}",
    )
    scene[6, :, :16] += 0.25
    mask = xr.full_like(scene[0], 5, dtype="uint8")
    mask[:, :16] = 9
    return scene, mask


def test_two_fields_are_learnt():
    trained = train(TINY, {"a": two_fields(1)}, two_fields(2), seed=0)
    assert len(trained.history) == 4
    assert trained.history["validation_OA"].max() > 0.95
    assert trained.best_epoch == trained.history["validation_F1"].idxmax()
    assert trained.history["loss"].iloc[-1] < trained.history["loss"].iloc[0]


def test_an_interrupted_run_ends_with_the_same_bits(tmp_path):
    scenes = {"a": two_fields(1)}, two_fields(2)
    whole = train(TINY, *scenes, seed=5)

    def interrupt(history):
        if len(history) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(TINY, *scenes, seed=5, folder=tmp_path, on_epoch=interrupt)
    epochs = []
    resumed = train(
        TINY, *scenes, seed=5, folder=tmp_path, on_epoch=lambda history: epochs.append(len(history))
    )
    assert epochs == [3, 4]
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, resumed.network.state_dict()[name]), name
    assert whole.history.equals(resumed.history)


def test_a_finished_run_is_not_repeated_but_another_seed_is(tmp_path):
    scenes = {"a": two_fields(1)}, two_fields(2)
    train(TINY, *scenes, folder=tmp_path)
    epochs = []
    train(TINY, *scenes, folder=tmp_path, on_epoch=epochs.append)
    assert epochs == []
    train(TINY, *scenes, seed=1, folder=tmp_path, on_epoch=epochs.append)
    assert len(epochs) == TINY.epochs


def test_a_checkpoint_is_of_one_validation_scene(tmp_path):
    training = {"a": two_fields(1)}
    for validation in (two_fields(2), two_fields(3)):
        train(SHORTEST, training, validation, folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.fixture
def checkpoint(tmp_path):
    """The checkpoint of a finished run, and how to go on from it."""
    scenes = {"a": two_fields(1)}, two_fields(2)
    train(SHORTEST, *scenes, folder=tmp_path)
    (path,) = tmp_path.iterdir()
    assert path.suffix == ".safetensors"
    return path, lambda: train(SHORTEST, *scenes, folder=tmp_path)


def test_a_damaged_checkpoint_is_refused(checkpoint):
    path, go_on = checkpoint
    good = path.read_bytes()
    for damaged, says in {
        good[:1000]: "no whole safetensors file",
        b"": "no whole safetensors file",
        good[:-1] + bytes([good[-1] ^ 1]): "do not have the checksum of its header",
        good.replace(b"learning_rate", b"learning_Rate"): "header of .* does not have its checksum",
        good.replace(b"s2kit-checkpoint-1", b"s2kit-checkpoint-9"): "no checkpoint of this run",
    }.items():
        path.write_bytes(damaged)
        with pytest.raises(S2kitError, match=rf"{says}.*; delete it to start anew"):
            go_on()


def test_a_checkpoint_of_another_run_is_refused(checkpoint, tmp_path):
    path, go_on = checkpoint
    other = tmp_path / "other"
    train(dataclasses.replace(SHORTEST, width=2), {"a": two_fields(1)}, two_fields(2), folder=other)
    (stranger,) = other.iterdir()
    path.write_bytes(stranger.read_bytes())
    with pytest.raises(S2kitError, match="no checkpoint of this run; delete it"):
        go_on()
    # Even one that claims to be of this run, with a checksum that is right.
    header = read_header(stranger, "")
    tensors = read_tensors(stranger, header, "")
    header["run"] = path.stem
    write_tensors(path, tensors, header | {"header_sha256": header_sha256(header)})
    with pytest.raises(S2kitError, match="no checkpoint of this run; delete it"):
        go_on()
    weights = tmp_path / "weights.safetensors"
    save_network(weights, UNet(width=2, depth=1, scaling="both"))
    path.write_bytes(weights.read_bytes())
    with pytest.raises(S2kitError, match="no checkpoint of this run; delete it"):
        go_on()


@pytest.mark.parametrize("optimiser", ["muon", "adamw"])
def test_a_checkpoint_keeps_every_bit_of_a_run(tmp_path, optimiser):
    """Optimisers walk through memory: a state in another memory format would move other weights."""
    recipe = dataclasses.replace(TINY, optimiser=optimiser, epochs=2)
    scenes = {"a": two_fields(1)}, two_fields(2)
    whole = train(recipe, *scenes)

    def interrupt(history):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(recipe, *scenes, folder=tmp_path, on_epoch=interrupt)
    resumed = train(recipe, *scenes, folder=tmp_path)
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, resumed.network.state_dict()[name]), name


def test_a_trained_network_tells_what_it_was_trained_on():
    scene, mask = two_fields(1)
    card = train(SHORTEST, {"a": (scene, mask)}, two_fields(2), seed=7).network.card
    assert (card["recipe"], card["seed"], card["scenes"]) == ("shortest", 7, ["a"])
    assert card["settings"]["scaling"] == "both"
    (record,) = card["trained_on"]
    assert record == {
        "scene": "a",
        "sha256": pixels_sha256(scene),
        "mask_sha256": pixels_sha256(mask),
    }


def test_bad_input_is_refused_in_one_sentence():
    scene, mask = two_fields(1)
    with pytest.raises(S2kitError, match="empty: its mask holds no labelled pixel"):
        train(TINY, {"empty": (scene, mask * 0)}, (scene, mask))
    with pytest.raises(S2kitError, match="no training scene"):
        train(TINY, {}, (scene, mask))
    with pytest.raises(S2kitError, match="fields_2: its mask holds no labelled pixel; validate on"):
        train(TINY, {"a": (scene, mask)}, (two_fields(2)[0], mask * 0))
    with pytest.raises(S2kitError, match="the seed -1 must be a whole number"):
        train(TINY, {"a": (scene, mask)}, (scene, mask), seed=-1)


def test_a_loss_that_is_no_number_stops_the_run():
    recipe = dataclasses.replace(TINY, learning_rate=1e20)
    with pytest.raises(S2kitError, match="lower the learning rate"):
        train(recipe, {"a": two_fields(1)}, two_fields(2))


def test_every_crop_counts_the_same_however_little_of_it_is_labelled():
    random = torch.Generator().manual_seed(1)
    logits = torch.randn(2, 10, 8, 8, generator=random)
    targets = torch.randint(0, 10, (2, 8, 8), generator=random)
    targets[1, 1:] = IGNORE
    weights = torch.rand(10, generator=random)
    whole = torch.nn.functional.cross_entropy(logits[:1], targets[:1], weights)
    one_row = torch.nn.functional.cross_entropy(logits[1:, :, :1], targets[1:, :1], weights)
    loss = crop_mean_loss(logits, targets, weights)
    torch.testing.assert_close(loss, (whole + one_row) / 2)


def test_a_crop_without_a_label_costs_nothing():
    logits = torch.randn(1, 10, 4, 4)
    assert crop_mean_loss(logits, torch.full((1, 4, 4), IGNORE), torch.ones(10)) == 0


def test_evaluation_agrees_with_scikit_learn():
    random = torch.Generator().manual_seed(4)
    logits = torch.randn(1, 10, 20, 20, generator=random)
    target = torch.randint(-1, 6, (20, 20), generator=random)
    _, accuracy, f1 = evaluate(Answer(logits), torch.zeros(10, 20, 20), target)
    valid = target.flatten() >= 0
    mapped, right = logits.argmax(dim=1).flatten()[valid], target.flatten()[valid]
    assert accuracy == pytest.approx(accuracy_score(right, mapped))
    assert f1 == pytest.approx(f1_score(right, mapped, average="macro", labels=range(6)))


class Answer(torch.nn.Module):
    """A network that always gives the same logits."""

    def __init__(self, logits):
        super().__init__()
        self.logits = torch.nn.Parameter(logits)

    def forward(self, image):
        return self.logits


def test_every_step_is_told_with_the_number_of_all():
    told = []
    train(
        TINY,
        {"a": two_fields(1)},
        two_fields(2),
        on_step=lambda done, of: told.append((done, of)),
    )
    steps = TINY.epochs * TINY.steps
    assert told == [(done, steps) for done in range(1, steps + 1)]


def test_in_a_live_session_a_training_is_never_silent(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "chapter")
    monkeypatch.setattr("s2kit.network.figures.SECONDS", 0)
    shown = []
    monkeypatch.setattr(
        "s2kit.network.figures.display", lambda text, **more: shown.append(text) or Handle(shown)
    )
    watch = LiveCurves()
    for done in (1, 2):
        watch.step(done, 2)
    assert shown == [{"text/plain": "step 1 of 2"}, {"text/plain": "step 2 of 2"}]


class Handle:
    def __init__(self, shown):
        self.shown = shown

    def update(self, text, raw):
        assert raw
        self.shown.append(text)
