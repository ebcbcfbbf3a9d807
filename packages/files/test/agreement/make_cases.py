"""Makes random valid and invalid files of tensors and records what Python reads from each.

    python3 -m venv venv && venv/bin/pip install safetensors numpy torch
    venv/bin/python make_cases.py --count 20000 --seed 1 --out cases.jsonl.gz
    AGREEMENT_CASES=$PWD/cases.jsonl.gz npx vitest run --project files test/agreement/

Each line of the output is one case: the format, how the file was made, its bytes (base64) and, where Python reads it,
the dtype, shape and SHA-256 of each tensor; `tensors` is null where Python refuses the file. The test beside this
program holds our readers to it: they must never accept what Python refuses, nor read anything else than Python does.
"""

import argparse
import base64
import gzip
import hashlib
import json
import random
import warnings

import numpy
import safetensors.numpy
import safetensors.torch
import torch

from corrupt_safetensors import corrupt_safetensors
from corrupt_torch import corrupt_torch
from random_tensors import random_state_dict, random_torch_file

warnings.filterwarnings("ignore")


def describe(tensors):
    """Type, shape and SHA-256 of the row-major bytes of each tensor, or an error if one is not a plain tensor."""
    described = {}
    for name, tensor in tensors.items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor):
            raise ValueError("not a state dict")
        plain = torch.empty(tensor.shape, dtype=tensor.dtype).copy_(tensor.detach())
        data = plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""
        described[name] = [str(plain.dtype).removeprefix("torch."), list(plain.shape), hashlib.sha256(data).hexdigest()]
    return described


def read_safetensors(data):
    described = describe(safetensors.torch.load(data))
    # NumPy's reader uses the same parser. Both must agree where both know the element type.
    if not any(dtype.startswith(("bfloat16", "float8")) for dtype, _, _ in described.values()):
        again = safetensors.numpy.load(data)
        for name, (_, shape, _) in described.items():
            if list(again[name].shape) != shape:
                raise AssertionError(f"safetensors.numpy and safetensors.torch differ on {name}")
    return described


def read_torch(data, path):
    with open(path, "wb") as file:
        file.write(data)
    return describe(torch.load(path, weights_only=True, map_location="cpu"))


def make_case(index, seed, path):
    source = random.Random(f"{seed}/{index}")
    torch.manual_seed(source.getrandbits(63))
    kind = source.choice(["safetensors", "torch"])
    if kind == "safetensors":
        state = {name: t.detach().contiguous() for name, t in random_state_dict(source, tied=False).items()}
        data = safetensors.torch.save(state, source.choice([None, {"format": "pt", "µ": "\U0001f600"}]))
        corrupt = corrupt_safetensors
    else:
        data = random_torch_file(source, path)
        corrupt = corrupt_torch
    note = "as written"
    if source.random() < 0.8:
        data, note = corrupt(source, data)
    try:
        tensors = read_safetensors(data) if kind == "safetensors" else read_torch(data, path)
    except Exception:  # whatever Python raises is a refusal
        tensors = None
    return {"kind": kind, "note": note, "bytes": base64.b64encode(data).decode(), "tensors": tensors}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", default="cases.jsonl.gz")
    options = parser.parse_args()
    torch.set_num_threads(1)
    accepted = 0
    with gzip.GzipFile(options.out, "wb", mtime=0) as out:
        for index in range(options.count):
            case = make_case(index, options.seed, options.out + ".tmp")
            accepted += case["tensors"] is not None
            out.write(json.dumps(case, separators=(",", ":")).encode() + b"\n")
    print(f"{options.count} cases, {accepted} read by Python (numpy {numpy.__version__}, torch {torch.__version__})")


if __name__ == "__main__":
    main()
