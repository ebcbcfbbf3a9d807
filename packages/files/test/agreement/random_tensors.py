"""Makes random state dicts, and their files as torch.save writes them."""

import collections
import zipfile

import torch

DTYPES = [
    torch.float64,
    torch.float32,
    torch.float32,
    torch.float16,
    torch.bfloat16,
    torch.int64,
    torch.int32,
    torch.int16,
    torch.int8,
    torch.uint8,
    torch.bool,
]

NAMES = ["a", "w", "model.inner.H_init", "", "__proto__", "constructor", "µ", "\U0001f600", 'quo"te\\', "tab\tnul\0", "data"]


def random_tensor(source, dtype=None):
    dtype = dtype or source.choice(DTYPES)
    shape = [source.choice([0, 1, 1, 2, 3, 5, 8]) for _ in range(source.choice([0, 1, 1, 2, 2, 3, 4]))]
    if dtype == torch.bool:
        return torch.rand(shape) < 0.5
    if dtype.is_floating_point:
        return (torch.randn(shape) * 10.0 ** source.randint(-6, 6)).to(dtype)
    return torch.randint(0, 100, shape).to(dtype)


def random_state_dict(source, tied=True):
    state = {}
    for i in range(source.choice([0, 1, 1, 2, 3, 4, 6])):
        name = source.choice(NAMES) + (str(i) if source.random() < 0.7 else "")
        tensor = random_tensor(source)
        if tied and state and source.random() < 0.2:
            tensor = source.choice(list(state.values()))
        if tied and source.random() < 0.3:
            tensor = random_view(source, tensor)
        if tied and source.random() < 0.15 and tensor.dtype.is_floating_point:
            tensor = torch.nn.Parameter(tensor.detach(), requires_grad=source.random() < 0.5)
        state[name] = tensor
    return state


def random_view(source, tensor):
    choice = source.randrange(5)
    if choice == 0 and tensor.dim() >= 2:
        return tensor.transpose(0, tensor.dim() - 1)
    if choice == 1 and tensor.dim() >= 1 and tensor.shape[0] > 1:
        return tensor[1:]
    if choice == 2 and tensor.dim() >= 1:
        return tensor[..., ::2]
    if choice == 3:
        return tensor.unsqueeze(0).expand(3, *tensor.shape)
    return tensor.flatten()


def random_torch_file(source, path):
    state = random_state_dict(source)
    if source.random() < 0.4:
        state = {"_orig_mod." + name: tensor for name, tensor in state.items()}
    if source.random() < 0.5:
        state = collections.OrderedDict(state)
        if source.random() < 0.6:
            state._metadata = collections.OrderedDict({"": {"version": 1}, "inner": {"version": 2, "n": [1, None, 0.5]}})
    if source.random() < 0.08:
        state = source.choice([{"model": state}, {**state, "epoch": 3}, {**state, 7: torch.zeros(1)}, [state], torch.ones(2)])
    protocol = 2 if source.random() < 0.9 else source.choice([3, 4])
    legacy = source.random() < 0.04
    torch.save(state, path, pickle_protocol=protocol, _use_new_zipfile_serialization=not legacy)
    if not legacy and source.random() < 0.2:
        rewrite_zip(source, path)
    with open(path, "rb") as file:
        return file.read()


def rewrite_zip(source, path):
    """Writes the same archive with Python's zipfile, which gives other headers and sometimes compresses."""
    with zipfile.ZipFile(path) as archive:
        records = [(info.filename, archive.read(info)) for info in archive.infolist()]
    method = zipfile.ZIP_DEFLATED if source.random() < 0.3 else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in records:
            archive.writestr(zipfile.ZipInfo(name), data, method)
