"""Makes random valid and invalid .npy files and records what numpy reads from each.

    python3 -m venv venv && venv/bin/pip install numpy
    venv/bin/python make_npy_cases.py --count 20000 --seed 1 --out cases.jsonl.gz
    NPY_CASES=$PWD/cases.jsonl.gz npx vitest run --project files npy-agreement

Each line of the output is one case: how the file was made, its bytes (base64) and, where numpy reads it as an array without
pickle, the element type, the shape and the SHA-256 of the elements in C order, little-endian; null where it refuses.
"""

import argparse
import base64
import gzip
import hashlib
import io
import json
import random
import struct
import warnings

import numpy

warnings.filterwarnings("ignore")

TYPES = ["|u1", "|i1", "<i2", "<i4", "<i8", "<f4", "<f8", "<i4", "<i8", "|u1"]
OTHER_TYPES = [">i4", "<u2", "<u4", "<f2", "|b1", "<c8", "|S3", "<U2", ">f8", "<M8[s]", "|V4"]


def random_file(source):
    descr = source.choice(TYPES if source.random() < 0.9 else OTHER_TYPES)
    shape = [source.choice([0, 1, 1, 2, 3, 5]) for _ in range(source.choice([0, 1, 1, 2, 2, 3, 4]))]
    count = int(numpy.prod(shape))
    width = numpy.dtype(descr).itemsize
    if descr in ("<i8", "<i4") and source.random() < 0.8:
        array = numpy.array([source.randint(-(2**31), 2**31 - 1) for _ in range(count)], dtype=descr).reshape(shape)
    else:
        array = numpy.frombuffer(source.randbytes(count * width), dtype=descr).reshape(shape)
        if descr == "|b1":
            array = numpy.frombuffer(bytes(source.randrange(2) for _ in range(count)), dtype=descr).reshape(shape)
    if source.random() < 0.06 and len(shape) > 1:
        array = numpy.asfortranarray(array)
    out = io.BytesIO()
    numpy.lib.format.write_array(out, array, version=source.choice([None, None, None, (1, 0), (2, 0), (3, 0)]), allow_pickle=False)
    return out.getvalue()


def split(data):
    wide = data[6] > 1
    start = 12 if wide else 10
    (length,) = struct.unpack("<I" if wide else "<H", data[8:start])
    return data[:8], data[start : start + length], data[start + length :]


def join(head, header, body):
    wide = head[6] > 1
    return head + struct.pack("<I" if wide else "<H", len(header) & (0xFFFFFFFF if wide else 0xFFFF)) + header + body


def flip_bits(source, data):
    spoiled = bytearray(data)
    limit = min(len(data), 128) if source.random() < 0.8 else len(data)
    for _ in range(source.choice([1, 1, 2, 6])):
        spoiled[source.randrange(limit)] ^= 1 << source.randrange(8)
    return bytes(spoiled)


def cut(source, data):
    return data[: source.randrange(len(data))]


def extend(source, data):
    return data + source.randbytes(source.choice([1, 4, 64]))


def change_body(source, data):
    head, header, body = split(data)
    return join(head, header, body[: -source.choice([1, 2, 4, 8])] if source.random() < 0.5 else body + bytes(source.choice([1, 8])))


def edit_header(source, data):
    """Changes words of the dictionary. Some changes are harmless."""
    head, header, body = split(data)
    text = header.decode("latin1")
    old, new = source.choice(
        [
            ("'descr'", '"descr"'), ("'descr'", "descr"), ("'descr'", "'Descr'"), ("'descr'", "b'descr'"), ("'descr'", "u'descr'"),
            ("'shape'", "'shape '"), ("'shape': (", "'shape': [" ), ("False", "True"), ("False", "0"), ("False", "None"), ("False", "not 1"),
            ("(", "(+"), ("(", "(-"), ("(", "(0x"), ("(", "(0"), ("(", "(1_0, "), ("(", "((1), "), ("(", "( "), (",)", ")"), (")", ",)"),
            (", }", "}"), (", }", ",, }"), ("{", " {"), ("{", "\n{"), ("{", "dict(**{"), ("{", "{'x': 1, "), ("}", "} "), ("}", "};"), ("}", "} # x"),
            ("}", ", 'shape': (1,)}"), ("}", ", 'descr': '<i4'}"), (": ", ":"), (": ", " : "), (": ", ":\t"), ("'<", "'>"), ("'<", "'="), ("'<", "'"),
            ("'|u1'", "'u1'"), ("'|u1'", "'<u1'"), ("'|u1'", "'B'"), ("i4", "i4 "), ("i4", "I4"), ("i8", "l"), ("f4", "f"), ("(", "(1.0, "),
            ("(", "(True, "), ("(", "(9223372036854775808, "), ("(", "(99999999999, "), ("\n", ""), ("\n", " "), (" ", "\0"), (" ", "\u00a0"), ("1", "１"[:0] + "01"),
            ("(", "(1L, "), ("'descr': ", "'descr': ("), ("(", "(1," * 40), ("False", "False and __import__('os').system('true')"),
        ]
    )
    return join(head, text.replace(old, new, 1).encode("latin1", "replace"), body)


def edit_head(source, data):
    spoiled = bytearray(data)
    spoiled[source.choice([0, 1, 6, 6, 7, 8, 9])] = source.choice([0, 1, 2, 3, 4, 255, source.randrange(256)])
    return bytes(spoiled)


def long_header(source, data):
    head, header, body = split(data)
    return join(head, header[:-1] + b" " * source.choice([64, 9000, 9990 - len(header), 10_001 - len(header), 20_000]) + b"\n", body)


def read(data):
    array = numpy.load(io.BytesIO(data), allow_pickle=False)
    if not isinstance(array, numpy.ndarray):
        raise ValueError("no array")
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return [numpy.lib.format.dtype_to_descr(little.dtype), list(array.shape), hashlib.sha256(little.tobytes("C")).hexdigest()]


def make_case(index, seed):
    source = random.Random(f"{seed}/{index}")
    data, note = random_file(source), "as written"
    if source.random() < 0.8:
        spoil = source.choice([flip_bits, cut, extend, change_body, edit_header, edit_header, edit_header, edit_head, long_header])
        data, note = spoil(source, data), spoil.__name__
    try:
        array = read(data)
    except Exception:  # whatever numpy raises is a refusal
        array = None
    if array is not None and not isinstance(array[0], str):
        array[0] = "structured"
    return {"note": note, "bytes": base64.b64encode(data).decode(), "array": array}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", default="cases.jsonl.gz")
    options = parser.parse_args()
    accepted = 0
    with gzip.GzipFile(options.out, "wb", mtime=0) as out:
        for index in range(options.count):
            case = make_case(index, options.seed)
            accepted += case["array"] is not None
            out.write(json.dumps(case, separators=(",", ":")).encode() + b"\n")
    print(f"{options.count} cases, {accepted} read by Python (numpy {numpy.__version__})")


if __name__ == "__main__":
    main()
