"""The official PyTorch HRM on CPU, for `npm run soak -- official`.

    official_model.py HRM make CONFIG.json FOLDER       writes FOLDER/step_1 and all_config.yaml, with random weights
    official_model.py HRM compare CONFIG.json STEP_FILE OURS.safetensors WEIGHTS.safetensors
        loads STEP_FILE into the official model, runs it on the puzzles in OURS and compares the logits of every segment;
        opens WEIGHTS (of our checkpoint) with Python's safetensors and compares its names and shapes with the model's.

HRM is a checkout of sapientinc/HRM. Flash attention, which needs a GPU, is stood in by scaled_dot_product_attention, which
computes the same; all in float32.
"""

import json
import sys
import types
import warnings

warnings.filterwarnings("ignore")
import torch
import torch.nn.functional as F
import safetensors.torch

checkout, command, config_path, *paths = sys.argv[1:]


def attention(q, k, v, causal=False):
    heads = [x.transpose(1, 2) for x in (q, k, v)]
    return F.scaled_dot_product_attention(*heads, is_causal=causal).transpose(1, 2).contiguous()


flash = types.ModuleType("flash_attn")
flash.flash_attn_func = attention
sys.modules["flash_attn"] = flash
sys.path.insert(0, checkout)
from models.hrm.hrm_act_v1 import HierarchicalReasoningModel_ACTV1 as Model
from models.losses import ACTLossHead

with open(config_path) as file:
    config = json.load(file)
torch.manual_seed(0)
head = ACTLossHead(Model({**config, "forward_dtype": "float32"}), "stablemax_cross_entropy")
head.eval()


def make(folder):
    # As torch.compile names them, and the q-head not all the same.
    state = {f"_orig_mod.{name}": value for name, value in head.state_dict().items()}
    state["_orig_mod.model.inner.q_head.weight"] = torch.randn_like(state["_orig_mod.model.inner.q_head.weight"])
    torch.save(state, f"{folder}/step_1")
    arch = {key: value for key, value in config.items() if key not in ("batch_size", "seq_len", "num_puzzle_identifiers", "vocab_size")}
    arch["name"] = "hrm.hrm_act_v1@HierarchicalReasoningModel_ACTV1"
    arch["loss"] = {"name": "losses@ACTLossHead", "loss_type": "stablemax_cross_entropy"}
    rest = dict(data_path="data", global_batch_size=768, epochs=20000, lr=1e-4, lr_min_ratio=1.0, lr_warmup_steps=2000, weight_decay=1.0, beta1=0.9, beta2=0.95)
    rest.update(puzzle_emb_lr=1e-4, puzzle_emb_weight_decay=1.0, eval_interval=2000, seed=0, project_name="soak", run_name="soak", checkpoint_path="soak")
    with open(f"{folder}/all_config.yaml", "w") as file:
        json.dump({"arch": arch, **rest}, file)  # JSON is YAML
    print(json.dumps({"parameters": sum(value.numel() for value in state.values())}))


def compare(step_file, ours_path, weights_path):
    state = torch.load(step_file, weights_only=True)
    head.load_state_dict(state, strict=True)
    expected = {name.removeprefix("model."): list(value.shape) for name, value in head.state_dict().items()}
    weights = {name: list(value.shape) for name, value in safetensors.torch.load_file(weights_path).items()}
    ours = safetensors.torch.load_file(ours_path)
    batch = {name.removeprefix("batch."): value.to(torch.int32) for name, value in ours.items() if name.startswith("batch.")}
    # The same in double precision, to know how much of a difference is rounding.
    exact = ACTLossHead(Model({**config, "forward_dtype": "float64"}), "stablemax_cross_entropy").double().eval()
    exact.load_state_dict({name: value.double() for name, value in state.items()}, strict=True)
    carry, exact_carry = head.model.initial_carry(batch), exact.model.initial_carry(batch)
    compared, worst, rounding_theirs, rounding_ours = 0, [], [], []

    def ratio(a, b):
        return ((a.double() - b.double()).abs() / (1e-5 + 1e-4 * b.double().abs())).max().item()

    with torch.inference_mode():
        for segment in range(config["halt_max_steps"]):
            carry, outputs = head.model(carry, batch)
            exact_carry, exact_outputs = exact.model(exact_carry, batch)
            names = ("logits", "q_halt_logits", "q_continue_logits")
            mine = {name: ours[f"{segment}.{name}"] for name in names}
            worst.append(max(ratio(mine[name], outputs[name]) for name in names))
            rounding_theirs.append(max(ratio(outputs[name], exact_outputs[name]) for name in names))
            rounding_ours.append(max(ratio(mine[name], exact_outputs[name]) for name in names))
            compared += sum(value.numel() for value in mine.values())
    print(
        json.dumps(
            {
                "worst": worst,
                "theirsToFloat64": rounding_theirs,
                "oursToFloat64": rounding_ours,
                "compared": compared,
                "sameNames": weights == expected,
            }
        )
    )


make(*paths) if command == "make" else compare(*paths)
