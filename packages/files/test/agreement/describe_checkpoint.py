"""Prints what torch.load reads from checkpoints, as JSON: for each file its tensors' types, shapes and SHA-256.

    venv/bin/python describe_checkpoint.py ../testdata/official-run/*/step_500 > ../testdata/official-run/expected.json
"""

import json
import sys

import torch

from make_cases import describe

files = {}
for path in sys.argv[1:]:
    task = path.split("/")[-2]
    files[task] = describe(torch.load(path, weights_only=True, map_location="cpu"))
json.dump(files, sys.stdout, indent=1)
print()
