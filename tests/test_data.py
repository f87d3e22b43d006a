"""Any folder or .npz as a data set, how it is split, and the look at it."""

import json
import re
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inference import mnist
from inference.samples import drawing, encoded, written
from training import look, train
from training.data import AugmentedBatches, test_split, training_and_validation
from training.sources import LEAST_OF_A_DIGIT, Data, DataError, Split, load_data

# Keras' own way to look at its variables, of no concern here.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

EACH = LEAST_OF_A_DIGIT
needs_mnist = pytest.mark.skipif(
    not mnist.mnist_path().exists(), reason="MNIST is not on this machine: set MNIST_NPZ to a copy of mnist.npz"
)


def small(digit: int, seed: int = 0) -> np.ndarray:
    """Return a drawn digit as MNIST has it, (28, 28) uint8, white on black."""
    return np.pad(written(digit, 20, 0.12, seed), 4)


def write_digits(folder: Path, each: int = EACH, seed: int = 0, ending: str = ".png") -> Path:
    """Write ``each`` images of 28×28 pixels of every digit into folder/0 … folder/9."""
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True)
        for number in range(each):
            cv2.imwrite(str(folder / str(digit) / f"{number:03}{ending}"), small(digit, seed + number))
    return folder


def arrays_of(each: int = EACH) -> dict[str, np.ndarray]:
    labels = np.repeat(np.arange(10), each)
    return {"images": np.stack([small(digit, seed) for seed, digit in enumerate(labels)]), "labels": labels}


@pytest.fixture
def folder(tmp_path):
    return write_digits(tmp_path / "school")


# --- A folder ------------------------------------------------------------------------------------------------


def test_a_folder_of_png_is_the_same_images_in_the_order_of_digits_and_names(folder):
    data = load_data(folder)
    assert (data.name, data.test, data.inverted, data.from_photos) == ("school", None, 0, 0)
    assert data.training.images.dtype == data.training.labels.dtype == np.uint8
    np.testing.assert_array_equal(data.training.labels, np.repeat(np.arange(10), EACH))
    wanted = [small(digit, seed) for digit in range(10) for seed in range(EACH)]
    np.testing.assert_array_equal(data.training.images, wanted)
    assert data.training.per_digit() == [EACH] * 10


@pytest.mark.parametrize("ending", [".jpg", ".bmp", ".webp"])
def test_other_formats_are_nearly_the_same_images(tmp_path, ending):
    data = load_data(write_digits(tmp_path / "school", ending=ending))
    wanted = np.stack([small(digit, seed) for digit in range(10) for seed in range(EACH)])
    assert np.abs(data.training.images.astype(int) - wanted).mean() < 3
    assert data.inverted == 0


@pytest.mark.parametrize(("train", "test"), [("train", "test"), ("training", "testing")])
def test_train_and_test_are_told_apart_by_their_folders(tmp_path, train, test):
    write_digits(tmp_path / train)
    write_digits(tmp_path / test, each=2, seed=100)
    data = load_data(tmp_path)
    assert (len(data.training.labels), data.test.per_digit()) == (10 * EACH, [2] * 10)
    np.testing.assert_array_equal(data.test.images[:2], [small(0, 100), small(0, 101)])


def test_a_folder_with_train_alone_has_no_test_images(tmp_path):
    write_digits(tmp_path / "train")
    assert load_data(tmp_path).test is None


def test_what_is_left_by_other_programs_is_passed_over(folder):
    before = load_data(folder).described()
    (folder / "__MACOSX").mkdir()
    (folder / ".git").mkdir()
    (folder / "README.txt").write_text("drawn in class")
    (folder / "3" / "._000.png").write_bytes(b"not an image")
    (folder / "3" / "Thumbs.db").write_bytes(b"not an image")
    (folder / "3" / "names.txt").write_bytes(b"")
    assert load_data(folder).described() == before


def paint(path: Path, pixels: np.ndarray) -> None:
    """Write RGB or RGBA pixels over an image."""
    code = cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
    cv2.imwrite(str(path), cv2.cvtColor(pixels, code))


GREY = small(3)
FULL = np.full_like(GREY, 255)
NONE = np.zeros_like(GREY)


@pytest.mark.parametrize(
    ("pixels", "inverted"),
    [
        (np.dstack([GREY] * 3), 0),
        (np.dstack([255 - GREY] * 3), 1),
        (np.dstack([GREY, GREY, GREY, FULL]), 0),
        (np.dstack([255 - GREY, 255 - GREY, 255 - GREY, FULL]), 1),
        (np.dstack([FULL, FULL, FULL, GREY]), 0),
        (np.dstack([NONE, NONE, NONE, GREY]), 1),
    ],
    ids=["RGB", "RGB dark on light", "RGBA", "RGBA dark on light", "white on nothing", "black on nothing"],
)
def test_colour_alpha_and_polarity_all_end_as_white_on_black(folder, pixels, inverted):
    paint(folder / "3" / "000.png", pixels)
    data = load_data(folder)
    np.testing.assert_allclose(data.training.images[3 * EACH], GREY, atol=1)
    assert data.inverted == inverted


def test_a_dim_photo_of_28_pixels_is_inverted_too(folder):
    dim = np.round(110 - 70 / 255 * small(3)).astype(np.uint8)  # its ground is darker than the middle grey
    cv2.imwrite(str(folder / "3" / "000.png"), dim)
    data = load_data(folder)
    np.testing.assert_array_equal(data.training.images[3 * EACH], 255 - dim)
    assert data.inverted == 1


def test_an_image_of_another_size_goes_through_the_steps(folder):
    for number, side in enumerate((64, 280, 500)):
        paint(folder / "3" / f"{number:03}.png", drawing(3, seed=number, side=side))
    data = load_data(folder)
    assert (data.from_photos, data.inverted) == (3, 0)
    for image in data.training.images[3 * EACH : 3 * EACH + 3]:
        assert image.shape == (28, 28)
        assert image[:2].max() == image[-2:].max() == 0  # in the box of 20×20, white on black
        assert image.max() > 200


def test_a_name_with_a_point_and_the_folder_one_stands_in_are_named_after_themselves(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert load_data(Path(".")).name == "school"


# --- What is wrong with a folder: the sentence names the file and what to do ---------------------------------


def refusal(source: Path) -> str:
    with pytest.raises(DataError) as caught:
        load_data(source)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def test_a_path_that_is_not_there(tmp_path):
    assert re.search(r"nowhere is not there: name a folder with .*0 to 9", refusal(tmp_path / "nowhere"))


def test_a_missing_sub_folder(folder):
    for path in (folder / "4").iterdir():
        path.unlink()
    (folder / "4").rmdir()
    assert re.search(r"school has no sub-folder 4: .*0 to 9", refusal(folder))


def test_a_sub_folder_without_an_image(folder):
    for path in (folder / "9").iterdir():
        path.unlink()
    (folder / "9" / "notes.txt").write_text("to do")
    assert re.search(r"9 holds no image: put images of the digit 9 into it", refusal(folder))


def test_the_first_sub_folder_empty(folder):
    for path in (folder / "0").iterdir():
        path.unlink()
    assert re.search(r"0 holds no image", refusal(folder))


@pytest.mark.parametrize("name", ["10", "ten", "03", "validation"])
def test_an_unknown_sub_folder(folder, name):
    (folder / name).mkdir()
    assert re.search(rf"{name} is no digit's folder: move it away", refusal(folder))


def test_an_empty_folder(tmp_path):
    assert "has no sub-folder 0" in refusal(tmp_path)


def test_a_folder_around_the_folder(folder):
    assert re.search("school is no digit's folder: .* name a folder with ten", refusal(folder.parent))


def test_images_beside_the_sub_folders(folder):
    cv2.imwrite(str(folder / "new.png"), small(1))
    assert re.search(r"new\.png lies beside the sub-folders: put it", refusal(folder))


def test_a_folder_in_a_digits_folder(folder):
    (folder / "2" / "more").mkdir()
    assert re.search(r"more is a folder: put its images directly into .*2", refusal(folder))


@pytest.mark.parametrize("beside", ["validation", "7", "training"])
def test_another_folder_beside_train(tmp_path, beside):
    write_digits(tmp_path / "train")
    (tmp_path / beside).mkdir()
    assert re.search(f"holds .*{beside}.*: it must hold train and.* no other", refusal(tmp_path))


def test_test_images_alone(tmp_path):
    write_digits(tmp_path / "test")
    assert "must hold train" in refusal(tmp_path)


def test_a_test_folder_that_misses_a_digit(tmp_path):
    write_digits(tmp_path / "train")
    write_digits(tmp_path / "test", each=1)
    (tmp_path / "test" / "5" / "000.png").unlink()
    assert re.search(r"test.5 holds no image", refusal(tmp_path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (encoded(drawing(3)[..., :3], ".jpg")[:-400], "damaged or incomplete"),
        (b"", "empty"),
        (b"no image at all", "not an image"),
        (encoded(np.zeros((4, 4, 3), np.uint8)), "4×4 pixels"),
        (encoded(np.full((28, 28, 3), 255, np.uint8)), "shows nothing"),
        (encoded(np.full((90, 60, 3), 255, np.uint8)), "no digit that could be found"),
    ],
    ids=["broken JPEG", "empty", "something else", "too small", "blank 28×28", "blank photo"],
)
def test_an_image_that_cannot_be_used(folder, content, said):
    path = folder / "3" / "004.jpg"
    path.write_bytes(content)
    sentence = refusal(folder)
    assert str(path) in sentence
    assert said in sentence
    assert re.search("remove it|move it out", sentence)


def test_too_few_images_of_a_digit(folder):
    (folder / "6" / "000.png").unlink()
    assert re.search(rf"{EACH - 1} training images of the digit 6: add some, at least {EACH}", refusal(folder))


# --- An .npz file --------------------------------------------------------------------------------------------


def test_images_and_labels_or_mnists_four_arrays(tmp_path):
    made = arrays_of()
    path = tmp_path / "drawn.npz"
    np.savez(path, **made)
    data = load_data(path)
    assert (data.name, data.test) == ("drawn", None)
    np.testing.assert_array_equal(data.training.images, made["images"])
    np.testing.assert_array_equal(data.training.labels, made["labels"])

    np.savez_compressed(
        path, x_train=made["images"], y_train=made["labels"], x_test=made["images"][::5], y_test=made["labels"][::5]
    )
    again = load_data(path)
    np.testing.assert_array_equal(again.training.images, made["images"])
    np.testing.assert_array_equal(again.test.labels, made["labels"][::5])
    assert again.described()["sha256_of_arrays"] != data.described()["sha256_of_arrays"]


def test_dark_on_light_in_an_npz_is_inverted(tmp_path):
    made = arrays_of()
    np.savez(tmp_path / "a.npz", images=255 - made["images"], labels=made["labels"])
    data = load_data(tmp_path / "a.npz")
    np.testing.assert_array_equal(data.training.images, made["images"])
    assert data.inverted == 10 * EACH


def test_a_folder_and_an_npz_with_the_same_images_have_the_same_checksum(folder, tmp_path):
    data = load_data(folder)
    np.savez(tmp_path / "a.npz", images=data.training.images, labels=data.training.labels.astype(np.int64))
    assert load_data(tmp_path / "a.npz").described() == {**data.described(), "name": "a"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"images": np.zeros((100, 784), np.uint8)}, r"images in .*\(100, 784\) uint8: it must be \(N, 28, 28\)"),
        ({"images": np.zeros((100, 28, 28))}, r"float64: it must be .*uint8 with values from 0 to 255"),
        ({"images": np.uint8(3)}, r"images in .*\(\) uint8"),
        ({"images": np.ones((0, 28, 28), np.uint8), "labels": np.zeros(0, int)}, "no training images of the digit 0"),
        ({"images": np.eye(28, dtype=np.uint8)[None].repeat(100, 0)}, "Image 0 of images .*shows nothing.* 0 to 1"),
        ({"labels": np.zeros(99, int)}, r"labels in .*\(99,\).*: it must be \(100,\)"),
        ({"labels": np.eye(10).repeat(10, 0)}, r"labels in .*\(100, 10\) float64"),
        ({"labels": np.arange(100) % 10 + 1}, "the label 10 at place 9: labels must be 0 to 9"),
        ({"labels": np.arange(100) % 10 - 1}, "the label -1 at place 0"),
        ({"labels": np.arange(100) % 9}, "no training images of the digit 9"),
        ({"labels": None}, "holds images but no labels: save both"),
        ({"images": None}, "holds labels but no images: save both"),
        ({"images": None, "labels": None, "x": np.zeros(3)}, "holds x: it must hold the arrays x_train and y_train"),
        ({"x_test": np.zeros((1, 28, 28), np.uint8)}, "x_test but no y_test"),
    ],
)
def test_an_npz_of_another_form(tmp_path, change, said):
    made = {key: value for key, value in (arrays_of() | change).items() if value is not None}
    np.savez(tmp_path / "a.npz", **made)
    sentence = refusal(tmp_path / "a.npz")
    assert re.search(said, sentence)
    assert "a.npz" in sentence


@pytest.mark.parametrize("content", [b"", b"no archive", "most"], ids=["empty", "something else", "cut off"])
def test_a_file_that_is_no_npz(tmp_path, content):
    np.savez(tmp_path / "a.npz", **arrays_of())
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(whole[:-500] if content == "most" else content)
    assert re.search(r"a\.npz is not a readable \.npz file .*savez_compressed", refusal(tmp_path / "a.npz"))


def test_objects_in_an_npz_are_not_run(tmp_path):
    np.savez(tmp_path / "a.npz", images=np.array([{"a": 1}], object), labels=np.zeros(1, int))
    assert "not a readable" in refusal(tmp_path / "a.npz")


def test_a_single_array_is_no_npz(tmp_path):
    np.save(tmp_path / "a.npy", arrays_of()["images"])
    assert "not a readable .npz" in refusal(tmp_path / "a.npy")


def test_a_packed_folder_is_to_be_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("0/000.png", encoded(np.dstack([small(0)] * 3)))
    assert re.search(r"a\.zip holds 0/000\.png: .* unpacked first", refusal(tmp_path / "a.zip"))


@settings(max_examples=15, deadline=None)
@given(noise=arrays(np.uint8, (10, 28, 28), elements=st.integers(0, 60)), seed=st.integers(0, 1000))
def test_what_is_written_as_a_folder_comes_back(tmp_path_factory, noise, seed):
    folder = tmp_path_factory.mktemp("made") / "digits"
    wanted = []
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True)
        for number in range(EACH):
            wanted.append(np.maximum(small(digit, seed + number), noise[digit]))
            cv2.imwrite(str(folder / str(digit) / f"{number}.png"), wanted[-1])
    data = load_data(folder)
    np.testing.assert_array_equal(data.training.images, wanted)
    assert data.described()["training_images"] == len(wanted)


# --- The split -----------------------------------------------------------------------------------------------

MNISTS = {"validation_seed": 2026, "validation_images": 5000, "seed": 1}


@needs_mnist
def test_the_real_mnist_is_split_into_three_as_ever():
    training, validation = training_and_validation(MNISTS)
    assert (len(training.images), len(validation.images), len(test_split().images)) == (55_000, 5_000, 10_000)
    # The networks in models/ were trained on this split: their validation images must stay the same ones.
    assert mnist.checksum([training.images, training.labels]).startswith("d204240960a99502")
    assert mnist.checksum([validation.images, validation.labels]).startswith("0f81cafbc02c2d4d")


@needs_mnist
def test_mnist_as_a_file_is_mnist():
    read, own = load_data(mnist.mnist_path()).described(), load_data().described()
    assert {**read, "name": "MNIST"} == own
    assert own["sha256_of_arrays"] == mnist.CHECKSUM


def numbered(count: int) -> Data:
    """Return a data set whose images are told apart by their first pixel."""
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 0, 0] = np.arange(count)
    return Data("numbered", Split(images, np.arange(count, dtype=np.uint8) % 10), None)


def test_the_split_is_disjoint_and_hangs_on_its_own_seed_alone():
    def split(**changes):
        options = {"validation_seed": 1, "validation_images": 20, "seed": 1, **changes}
        return training_and_validation(options, numbered(100))

    training, validation = split()
    ids = training.images[:, 0, 0], validation.images[:, 0, 0]
    assert (len(ids[0]), len(ids[1])) == (80, 20)
    assert sorted(np.concatenate(ids)) == list(range(100))
    np.testing.assert_array_equal(training.labels, ids[0] % 10)
    np.testing.assert_array_equal(validation.labels, ids[1] % 10)
    np.testing.assert_array_equal(split(seed=2)[1].images, validation.images)
    assert not np.array_equal(split(validation_seed=2)[1].images, validation.images)


def test_a_small_data_set_gives_up_a_fifth_at_most():
    training, validation = training_and_validation(MNISTS, numbered(101))
    assert (len(training.labels), len(validation.labels)) == (81, 20)


def test_the_split_of_a_folder_is_the_same_every_time(folder):
    first, second = (training_and_validation(MNISTS, load_data(folder)) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.images, other.images)
        np.testing.assert_array_equal(one.labels, other.labels)


def test_fewer_images_than_a_batch_are_one_batch():
    training, _ = training_and_validation(MNISTS, numbered(100))
    batches = AugmentedBatches(training, {"seed": 1, "batch_size": 81, "augmentation": {}}, 0)
    assert len(batches) == 1
    images, labels = batches[0]
    assert images.shape == (80, 28, 28, 1)
    assert labels.shape == (80, 10)


# --- The look ------------------------------------------------------------------------------------------------


def test_a_look_at_a_folder_writes_counts_and_four_pictures(tmp_path, capsys):
    write_digits(tmp_path / "school" / "train")
    write_digits(tmp_path / "school" / "test", each=1)
    out = tmp_path / "out"
    look.main(["--data", str(tmp_path / "school"), "--out", str(out)])
    assert "test: 10 images" in capsys.readouterr().out

    said = json.loads((out / "data.json").read_text(encoding="utf-8"))
    data = load_data(tmp_path / "school")
    training, validation = training_and_validation(MNISTS, data)
    assert said["name"] == "school"
    assert said["credit"] is None
    assert said["image_size"] == [28, 28]
    assert said["counts"] == {"training": 80, "validation": 20, "test": 10}
    assert said["per_digit"] == {
        "training": training.per_digit(),
        "validation": validation.per_digit(),
        "test": [1] * 10,
    }
    assert said["pixels"]["mean"] == pytest.approx(training.images.mean(), abs=1e-3)
    assert said["pixels"]["deviation"] == pytest.approx(training.images.std(), abs=1e-3)
    assert said["sha256_of_arrays"] == data.described()["sha256_of_arrays"]
    names = ["data_augmentations.png", "data_counts.png", "data_means.png", "data_samples.png"]
    assert sorted(path.name for path in (out / "figures").iterdir()) == names
    for name in names:
        assert cv2.imread(str(out / "figures" / name)).std() > 20


def test_the_same_data_give_the_same_pictures(folder, tmp_path):
    for out in ("one", "two"):
        look.main(["--data", str(folder), "--out", str(tmp_path / out)])
    for path in (tmp_path / "one" / "figures").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / "figures" / path.name).read_bytes()


def test_the_bars_and_the_means_show_what_is_there(folder):
    data = load_data(folder)
    training, validation = training_and_validation(MNISTS, data)
    counts = look.counts_figure("school", {"training": training, "validation": validation})
    heights = [[bar.get_height() for bar in panel.patches] for panel in counts.axes]
    assert heights == [training.per_digit(), validation.per_digit()]
    means = look.means_figure("school", training)
    shown = means.axes[7].images[0].get_array()
    np.testing.assert_allclose(shown, training.images[training.labels == 7].mean(axis=0))


@needs_mnist
def test_the_committed_look_is_mnists():
    said = json.loads((look.MODELS / "data.json").read_text(encoding="utf-8"))
    assert said["sha256_of_arrays"] == mnist.CHECKSUM
    assert said["credit"] == "MNIST: Y. LeCun, C. Cortes, C. Burges"
    assert said["counts"] == {"training": 55_000, "validation": 5_000, "test": 10_000}
    assert said["per_digit"]["validation"] == training_and_validation(MNISTS)[1].per_digit()
    for name in ("augmentations", "counts", "means", "samples"):
        assert (look.MODELS / "figures" / f"data_{name}.png").exists()


def test_a_look_ends_with_one_sentence_where_it_cannot(folder, tmp_path, monkeypatch):
    with pytest.raises(SystemExit, match="--out FOLDER"):
        look.main(["--data", str(folder)])
    with pytest.raises(SystemExit, match="nowhere is not there"):
        look.main(["--data", str(tmp_path / "nowhere"), "--out", str(tmp_path)])
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SystemExit, match=r"file.* cannot be written"):
        look.main(["--data", str(folder), "--out", str(tmp_path / "file")])
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "nowhere.npz"))
    with pytest.raises(SystemExit, match="MNIST_NPZ"):
        look.main(["--out", str(tmp_path / "out")])


# --- Training on it ------------------------------------------------------------------------------------------


@pytest.fixture
def quick(tmp_path, monkeypatch):
    """training.train works in tmp_path, with mlp in small batches; returns the folder for finished networks."""
    changes = {"units": [16], "epochs": 1, "batch_size": 20, "augmentation": {}, "precision": "float32"}
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "mlp.json").write_text(json.dumps(train.read_settings("mlp") | changes))
    monkeypatch.setattr(train, "SETTINGS", tmp_path / "settings")
    monkeypatch.setattr(train, "CHECKPOINTS", tmp_path / "checkpoints")
    return tmp_path / "models"


def test_the_card_says_what_a_network_learnt_from(folder, quick, capsys):
    paint(folder / "3" / "000.png", drawing(3))
    cv2.imwrite(str(folder / "4" / "000.png"), 255 - small(4))
    train.main(["mlp", "--data", str(folder), "--out", str(quick)])
    printed = capsys.readouterr().out
    assert "school: 100 training images, no test images; 1 of another size" in printed
    card = json.loads((quick / "mlp_school.json").read_text())
    assert card["made"]["data"] == {
        "name": "school",
        "training_images": 100,
        "test_images": 0,
        "inverted": 1,
        "from_photos": 1,
        "sha256_of_arrays": load_data(folder).described()["sha256_of_arrays"],
    }
    assert card["validation"]["images"] == 20
    assert not (quick / "mlp.json").exists()
    for ending in (".keras", ".onnx", "_history.csv"):
        assert (quick / f"mlp_school{ending}").exists()


def test_a_training_goes_on_only_with_the_same_images(folder, quick, capsys):
    command = ["mlp", "--data", str(folder), "--out", str(quick)]
    train.main(command)
    train.main(command)
    assert "resuming after epoch 1" in capsys.readouterr().out
    cv2.imwrite(str(folder / "3" / "more.png"), small(3, 50))
    train.main(command)
    assert "resuming" not in capsys.readouterr().out
    assert json.loads((quick / "mlp_school.json").read_text())["made"]["data"]["training_images"] == 101


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("school", "school"), ("class 7b, 2026.1", "class_7b_2026_1"), ("Schüler", "Schüler"), ("…", "data")],
)
def test_a_data_sets_name_makes_a_files_name(name, wanted):
    assert train.file_name(name) == wanted


def test_training_ends_with_one_sentence_where_the_data_cannot_be_used(folder, quick):
    path = folder / "3" / "004.png"
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(SystemExit, match=r"004\.png: The image file is damaged"):
        train.main(["mlp", "--data", str(folder), "--out", str(quick)])
    path.unlink()
    with pytest.raises(SystemExit, match="9 training images of the digit 3"):
        train.main(["mlp", "--data", str(folder), "--out", str(quick)])
    assert not any(quick.iterdir())
