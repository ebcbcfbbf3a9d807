"""Corruptions of a safetensors file. Most change the header, and some are harmless."""

import json
import struct


def corrupt_safetensors(source, data):
    corruption = source.choice([flip_bits, cut, extend, change_length, edit_header, edit_header, edit_text, edit_text, edit_text])
    return corruption(source, data), corruption.__name__


def split(data):
    (length,) = struct.unpack("<Q", data[:8])
    return data[8 : 8 + length], data[8 + length :]


def join(header, body):
    return struct.pack("<Q", len(header)) + header + body


def flip_bits(source, data):
    spoiled = bytearray(data)
    # Mostly in the header, because a flipped bit of the data only gives another number.
    limit = len(split(data)[0]) + 8 if source.random() < 0.8 else len(data)
    for _ in range(source.choice([1, 1, 1, 2, 8])):
        spoiled[source.randrange(limit)] ^= 1 << source.randrange(8)
    return bytes(spoiled)


def cut(source, data):
    return data[: source.randrange(len(data))]


def extend(source, data):
    return data + bytes(source.choice([1, 4, 64]))


def change_length(source, data):
    (length,) = struct.unpack("<Q", data[:8])
    other = source.choice([0, 1, 2, length - 1, length + 1, length + 8, 2**63, 2**64 - 1, 100_000_001, len(data) - 8])
    return struct.pack("<Q", other % 2**64) + data[8:]


def edit_header(source, data):
    """Changes the contents of the header, which stays valid JSON."""
    header, body = split(data)
    fields = json.loads(header)
    tensors = [name for name in fields if name != "__metadata__"]
    if not tensors:
        fields["__metadata__"] = source.choice([None, [], 1, {"a": 1}, {"a": None}, {"a": "b"}, "text"])
        return join(json.dumps(fields).encode(), body)
    name = source.choice(tensors)
    entry = fields[name]
    choice = source.randrange(14)
    if choice == 0:
        entry["dtype"] = source.choice(["F32", "F64", "BF16", "I8", "BOOL", "F8_E4M3", "C64", "F4", "f32", "", "F33", "U16"])
    elif choice == 1:
        entry["shape"] = source.choice([[], [0], [1], [-1], [2**63], [2**32, 2**32], [0, 2**60], [1.0], [None], ["1"], [1] * 65])
    elif choice == 2:
        entry["shape"] = entry["shape"] + [1]
    elif choice == 3:
        shift = source.choice([-8, -1, 1, 4, 8])
        entry["data_offsets"] = [offset + shift for offset in entry["data_offsets"]]
    elif choice == 4:
        entry["data_offsets"] = entry["data_offsets"][::-1]
    elif choice == 5:
        entry["data_offsets"] = source.choice([[], [0], [0, 0, 0], [0, 2**64], [2**64 - 4, 2**64], None, "0,4", [0.0, 4.0]])
    elif choice == 6:
        del entry[source.choice(list(entry))]
    elif choice == 7:
        entry[source.choice(["extra", "Dtype", "__proto__"])] = 1
    elif choice == 8:
        fields["copy"] = entry
    elif choice == 9:
        fields["hole"] = {"dtype": "U8", "shape": [0], "data_offsets": [len(body)] * 2}
    elif choice == 10:
        fields[name] = source.choice([None, [], "F32", 3, {}])
    elif choice == 11:
        del fields[name]
    elif choice == 12:
        body = body + b"\0\0\0\0"
        entry["data_offsets"][1] += 4
        if entry["shape"]:
            entry["shape"][0] += 1
    else:
        fields["__metadata__"] = source.choice([None, [], 1, {"a": 1}, {"a": None}, {"a": "b"}, "text"])
    header = json.dumps(fields, ensure_ascii=source.random() < 0.5).encode()
    return join(header, body)


def edit_text(source, data):
    """Changes the text of the header."""
    header, body = split(data)
    text = header.decode()
    choice = source.randrange(16)
    if choice == 0:
        return join((text + source.choice([" ", "  \n", "\t", "x", "}", ",", "\0", "{}"])).encode(), body)
    if choice == 1:
        return join((source.choice([" ", "\n", "\ufeff", "x"]) + text).encode(), body)
    if choice == 2:
        return join(text.replace(",", " ,\n\t\r", 1).encode(), body)
    if choice == 3 and "[" in text:
        at = source.choice([i for i, c in enumerate(text) if c == "["])
        return join((text[: at + 1] + source.choice(["0", "+", "-", " ", "00", "1e0,", ","]) + text[at + 1 :]).encode(), body)
    if choice == 4 and any(c.isdigit() for c in text):
        at = source.choice([i for i, c in enumerate(text) if c.isdigit()])
        return join((text[:at] + source.choice(["0", "1.", "1e1", "-0", "0x1", "９"]) + text[at + 1 :]).encode(), body)
    if choice == 5:
        # The same key twice.
        return join((text.rstrip()[:-1] + (", " if text.strip() != "{}" else "") + text.strip()[1:]).encode(), body)
    if choice == 6:
        escape = source.choice(["\\u0041", "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\ud800\\u0041", "\\x41", "\\u12", "\\/", "\\"])
        return join(text.replace('"', '"' + escape, 1).encode(), body)
    if choice == 7:
        spoiled = bytearray(header)
        spoiled.insert(source.randrange(len(header) + 1), source.choice([0x80, 0xC0, 0xFF, 0xED]))
        return join(bytes(spoiled), body)
    if choice == 8:
        return join(text.replace("]}", "],}", 1).encode(), body)
    if choice == 9:
        return join(text.replace('"', "'").encode(), body)
    if choice == 10:
        return join(text.replace(":", source.choice([" : ", "", "::", "="]), 1).encode(), body)
    if choice == 11:
        return join(text.replace('"', source.choice(['"\n', '"\0', '"\x7f', '"\u2028']), 1).encode(), body)
    if choice == 12:
        return join(("[" * source.choice([10, 1000, 100000])).encode(), body)
    if choice == 13:
        return join(text.replace("}", "", 1).encode(), body)
    at = source.randrange(len(text))
    return join((text[:at] + text[at + source.choice([1, 2, 5]) :]).encode(), body)
