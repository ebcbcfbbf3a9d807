"""Loads data sets that @hrm/data-sudoku-maze wrote with the official `PuzzleDataset` and compares what comes out.

Run by official-dataset.mjs. Needs numpy and pydantic, and a checkout of github.com/sapientinc/HRM. Where PyTorch is not
installed, the little that puzzle_dataset.py uses of it is stood in for: batches then stay numpy arrays.
"""

import os
import sys
import types

import numpy as np


def stand_in_for_torch() -> None:
    torch, utils, data = (types.ModuleType(name) for name in ("torch", "torch.utils", "torch.utils.data"))
    torch.from_numpy = lambda array: array
    data.IterableDataset = type("IterableDataset", (), {})
    data.get_worker_info = lambda: None
    torch.utils, utils.data = utils, data
    sys.modules.update({"torch": torch, "torch.utils": utils, "torch.utils.data": data})
    # models/losses.py needs all of PyTorch; only its constant is used here.
    models, losses = types.ModuleType("models"), types.ModuleType("models.losses")
    losses.IGNORE_LABEL_ID = -100
    models.losses = losses
    sys.modules.update({"models": models, "models.losses": losses})


def main(checkout: str, folder: str) -> None:
    try:
        import torch  # noqa: F401
    except ImportError:
        stand_in_for_torch()
    sys.path.insert(0, checkout)
    from puzzle_dataset import PuzzleDataset, PuzzleDatasetConfig

    batch_size = int(np.load(os.path.join(folder, "expected", "batch_size.npy")))

    def dataset(split: str, test: bool):
        return PuzzleDataset(
            PuzzleDatasetConfig(
                seed=0, dataset_path=folder, global_batch_size=batch_size, test_set_mode=test,
                epochs_per_iter=1, rank=0, num_replicas=1,
            ),
            split,
        )

    for split in ("train", "test"):
        batches = 0
        for name, batch, count in dataset(split, True):
            for field in ("inputs", "labels", "puzzle_identifiers"):
                expected = np.load(os.path.join(folder, "expected", f"{split}-{batches}-{field}.npy"))
                ours = expected.reshape(np.asarray(batch[field]).shape)
                assert np.array_equal(np.asarray(batch[field]), ours), (split, batches, field)
            assert count == int(np.load(os.path.join(folder, "expected", f"{split}-{batches}-count.npy"))), (split, batches)
            batches += 1
        missing = os.path.join(folder, "expected", f"{split}-{batches}-count.npy")
        assert batches > 0 and not os.path.exists(missing), f"the official code gives only {batches} batches"
        print(f"{split}: {batches} evaluation batches are equal")

    stored = np.load(os.path.join(folder, "train", "all__inputs.npy")).astype(np.int32)
    stored_labels = np.load(os.path.join(folder, "train", "all__labels.npy")).astype(np.int32)
    known = {row.tobytes() + np.where(label == 0, -100, label).astype(np.int32).tobytes()
             for row, label in zip(stored, stored_labels)}
    train = dataset("train", False)
    for epoch in range(3):
        examples = 0
        for name, batch, count in train:
            inputs, labels = np.asarray(batch["inputs"]), np.asarray(batch["labels"])
            assert count == batch_size == len(inputs)
            examples += sum(row.tobytes() + label.tobytes() in known for row, label in zip(inputs, labels))
        groups = train.metadata.total_groups
        assert examples == groups // batch_size * batch_size, (epoch, examples, groups)
        print(f"train: epoch {epoch + 1} gives {examples} examples of {groups} groups")


if __name__ == "__main__":
    main(*sys.argv[1:])
