"""Runs the official PyTorch HRM on the CPU for `hrm-lab bench --against pytorch`, and times it.

    python official_hrm.py CHECKOUT JOB

CHECKOUT is a checkout of github.com/sapientinc/HRM; JOB is JSON such as
    {"hidden": 128, "layers": 2, "heads": 2, "batch": 128, "tokens": 81, "segments": 16, "precision": "bfloat16",
     "compile": false}

It writes one line of JSON once it is ready, and then answers each line that it reads with one:
    train N                 N training steps                      {"seconds": [...]}
    evaluate N              a batch over all segments, N times    {"seconds": [...]}
    matmul S M K N ...      products of [M, K] and [K, N], for S  {"gflops": ...}
                            seconds: the fastest of all given
    memory                  the most it has held so far           {"peakRssMib": ...}
It ends when there is nothing more to read. Needs torch, numpy, einops and pydantic.

Two parts of the official code need CUDA, and have stand-ins here that compute the same: FlashAttention is PyTorch's own
scaled_dot_product_attention; AdamATan2 is written out. Precision is the official `forward_dtype`.
"""

import json
import math
import os
import platform
import resource
import sys
import time
import types

# Answers have the real stdout to themselves: what libraries print goes to stderr.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def answer(**figures):
    answers.write(json.dumps(figures) + "\n")
    answers.flush()


import torch
from torch.nn.functional import scaled_dot_product_attention

VOCABULARY = 11


def attention_stand_in(q, k, v, causal=False):
    """FlashAttention's interface, [batch, positions, heads, width], by PyTorch's own attention, which has heads first."""
    heads_first = (x.transpose(1, 2) for x in (q, k, v))
    return scaled_dot_product_attention(*heads_first, is_causal=causal).transpose(1, 2).contiguous()


for name in ("flash_attn_interface", "flash_attn"):
    module = types.ModuleType(name)
    module.flash_attn_func = attention_stand_in
    sys.modules[name] = module


class AdamATan2(torch.optim.Optimizer):
    """AdamATan2 without its CUDA kernel: decoupled decay, two moments, and a step of the angle between them."""

    def __init__(self, parameters, lr, weight_decay, betas=(0.9, 0.95)):
        super().__init__(parameters, dict(lr=lr, weight_decay=weight_decay, betas=betas))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            rate, (beta1, beta2) = group["lr"], group["betas"]
            for weight in group["params"]:
                gradient = weight.grad
                if gradient is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["steps"] = 0
                    state["mean"] = torch.zeros_like(weight)
                    state["square"] = torch.zeros_like(weight)
                state["steps"] += 1
                first = 1 - beta1 ** state["steps"]
                second = math.sqrt(1 - beta2 ** state["steps"])
                weight.mul_(1 - rate * group["weight_decay"])
                state["mean"].lerp_(gradient, 1 - beta1)
                state["square"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
                angle = torch.atan2(state["mean"], state["square"].sqrt().div_(second))
                weight.add_(angle, alpha=-rate / first)


class Official:
    """The official model with its losses, its two optimizers, and one batch of random puzzles."""

    def __init__(self, hidden, layers, heads, batch, tokens, segments, precision, compile):
        from models.hrm.hrm_act_v1 import HierarchicalReasoningModel_ACTV1
        from models.losses import ACTLossHead
        from models.sparse_embedding import CastedSparseEmbeddingSignSGD_Distributed

        torch.manual_seed(0)
        config = dict(
            batch_size=batch, seq_len=tokens, vocab_size=VOCABULARY, puzzle_emb_ndim=hidden, num_puzzle_identifiers=1,
            H_cycles=2, L_cycles=2, H_layers=layers, L_layers=layers, hidden_size=hidden, expansion=4, num_heads=heads,
            pos_encodings="rope", halt_max_steps=segments, halt_exploration_prob=0.1, forward_dtype=precision,
        )
        self.network = ACTLossHead(HierarchicalReasoningModel_ACTV1(config), "stablemax_cross_entropy")
        self.step = torch.compile(self.network, dynamic=False) if compile else self.network
        self.optimizers = [
            CastedSparseEmbeddingSignSGD_Distributed(
                self.network.model.puzzle_emb.buffers(), world_size=1, lr=1e-4, weight_decay=1.0
            ),
            AdamATan2(self.network.parameters(), lr=1e-4, weight_decay=1.0),
        ]
        self.puzzles = dict(
            inputs=torch.randint(1, VOCABULARY, (batch, tokens), dtype=torch.int32),
            labels=torch.randint(2, VOCABULARY, (batch, tokens), dtype=torch.int32),
            puzzle_identifiers=torch.zeros(batch, dtype=torch.int32),
        )
        self.batch = batch
        self.carry = self.network.initial_carry(self.puzzles)

    def train(self):
        self.network.train()
        self.carry, loss, _, _, _ = self.step(carry=self.carry, batch=self.puzzles, return_keys=[])
        (loss / self.batch).backward()
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()

    def evaluate(self):
        self.network.eval()
        with torch.inference_mode():
            carry, done = self.network.initial_carry(self.puzzles), False
            while not done:
                carry, _, _, _, done = self.step(carry=carry, batch=self.puzzles, return_keys=[])


def seconds_of(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def matmul_gflops(rows, inner, columns, budget, dtype):
    """The fastest of rounds of some 20 ms, as `matMulSpeed` of @hrm/runtime."""
    left, right = torch.rand(rows, inner).to(dtype), torch.rand(inner, columns).to(dtype)

    def products(count):
        for _ in range(count):
            left @ right

    products(1)
    per_round = max(1, min(1000, round(0.02 / seconds_of(lambda: products(1)))))
    rounds = []
    while len(rounds) < 3 or sum(rounds) < budget:
        rounds.append(seconds_of(lambda: products(per_round)))
    return per_round * 2 * rows * inner * columns / min(rounds) / 1e9


def peak_rss_mib():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))


def main():
    checkout, job = sys.argv[1], json.loads(sys.argv[2])
    sys.path.insert(0, checkout)
    official = Official(**job)
    answer(
        ready=True,
        versions={"PyTorch": torch.__version__, "Python": platform.python_version()},
        threads=torch.get_num_threads(),
        parameters=sum(weight.numel() for weight in official.network.parameters()),
    )
    for line in sys.stdin:
        request, *numbers = line.split()
        if request == "train":
            answer(seconds=[seconds_of(official.train) for _ in range(int(numbers[0]))])
        elif request == "evaluate":
            answer(seconds=[seconds_of(official.evaluate) for _ in range(int(numbers[0]))])
        elif request == "matmul":
            seconds, dimensions = float(numbers[0]), list(map(int, numbers[1:]))
            products = [dimensions[i : i + 3] for i in range(0, len(dimensions), 3)]
            budget, dtype = seconds / len(products), getattr(torch, job["precision"])
            answer(gflops=max(matmul_gflops(*product, budget, dtype) for product in products))
        elif request == "memory":
            answer(peakRssMib=peak_rss_mib())
        else:
            answer(error=f'"{request}" is no request')


main()
