"""Corruptions of a file of torch.save: of its bytes, its records, or single instructions of its pickle."""

import io
import pickletools
import struct
import zipfile


def corrupt_torch(source, data):
    try:
        zipfile.ZipFile(io.BytesIO(data)).close()
    except Exception:
        return cut(source, data), "cut"
    corruption = source.choice([flip_bits, cut, extend, edit_records, edit_pickle, edit_pickle, edit_pickle, edit_directory])
    return corruption(source, data), corruption.__name__


def flip_bits(source, data):
    spoiled = bytearray(data)
    for _ in range(source.choice([1, 1, 1, 2, 8])):
        spoiled[source.randrange(len(data))] ^= 1 << source.randrange(8)
    return bytes(spoiled)


def cut(source, data):
    return data[: source.randrange(len(data))]


def extend(source, data):
    extra = source.choice([b"\0", b"PK", bytes(64)])
    return data + extra if source.random() < 0.5 else extra + data


def edit_directory(source, data):
    """Flips bits in the directory of the archive or after it."""
    spoiled = bytearray(data)
    start = data.find(b"PK\x01\x02")
    for _ in range(source.choice([1, 1, 2])):
        spoiled[source.randrange(start, len(data))] ^= 1 << source.randrange(8)
    return bytes(spoiled)


def read_records(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def write_records(records, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in records:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def edit_records(source, data):
    records = read_records(data)
    at = source.randrange(len(records))
    name, content = records[at]
    folder = name.split("/")[0]
    choice = source.randrange(9)
    if choice == 0:
        del records[at]
    elif choice == 1:
        records[at] = (name, content[:-1])
    elif choice == 2:
        records[at] = (name, content + b"\0")
    elif choice == 3:
        records.append((name, content))
    elif choice == 4:
        records[at] = (name.replace(folder, source.choice(["other", "", "a/b"])), content)
    elif choice == 5:
        records[at] = (name.upper(), content)
    elif choice == 6:
        wrong = source.choice([b"big", b"", b"Little", b"0", b"11\n", b"-3", b"3", b"x", b"2\n", b"10"])
        records = [
            (n, wrong if n.endswith(source.choice(["/version", "/byteorder", "/.storage_alignment", "/.format_version"])) else c)
            for n, c in records
        ]
    elif choice == 7:
        records.append((f"{folder}/{source.choice(['constants.pkl', 'data/99', 'DATA.PKL', 'more', 'data/0'])}", b"\x80\x02}."))
    else:
        source.shuffle(records)
    return write_records(records)


def edit_pickle(source, data):
    records = read_records(data)
    spoiled = [(name, spoil_pickle(source, content) if name.endswith("/data.pkl") else content) for name, content in records]
    return write_records(spoiled)


def spoil_pickle(source, pickle):
    """Deletes, doubles, swaps or rewrites one instruction."""
    marks = [position for _, _, position in pickletools.genops(pickle)] + [len(pickle)]
    parts = [pickle[a:b] for a, b in zip(marks, marks[1:])]
    for _ in range(source.choice([1, 1, 1, 2])):
        at = source.randrange(len(parts))
        choice = source.randrange(8)
        if choice == 0:
            parts[at] = b""
        elif choice == 1:
            parts[at] = parts[at] * 2
        elif choice == 2:
            other = source.randrange(len(parts))
            parts[at], parts[other] = parts[other], parts[at]
        elif choice == 3:
            parts[at] = random_instruction(source)
        else:
            numbers = [i for i, part in enumerate(parts) if part[:1] in (b"K", b"M", b"J", b"h", b"\x88", b"\x89", b"c", b"X")]
            if numbers:
                at = source.choice(numbers)
                parts[at] = rewrite(source, parts[at])
    return b"".join(parts)


def rewrite(source, part):
    """Changes the argument of an instruction, which keeps its meaning."""
    code = part[:1]
    if code in (b"K", b"M", b"J"):
        number = source.choice([0, 1, 2, 3, 7, 255, 256, 65535, 2**31 - 1, -1, -(2**31), 2**40, 2**62, 2**70])
        if -(2**31) <= number < 2**31:
            return b"J" + struct.pack("<i", number)
        body = number.to_bytes(10, "little", signed=True)
        return b"\x8a" + bytes([len(body)]) + body
    if code == b"h":
        return b"h" + bytes([source.randrange(40)])
    if code == b"c":
        return source.choice(
            [
                b"ctorch\nDoubleStorage\n",
                b"ctorch\nByteStorage\n",
                b"ctorch\nComplexFloatStorage\n",
                b"ctorch\nUntypedStorage\n",
                b"ctorch.storage\nUntypedStorage\n",
                b"ctorch._utils\n_rebuild_tensor\n",
                b"ctorch._utils\n_rebuild_parameter\n",
                b"ccollections\nOrderedDict\n",
                b"ccollections\nCounter\n",
                b"cos\nsystem\n",
                b"cbuiltins\neval\n",
                b"c__builtin__\nset\n",
                b"ctorch\nfloat32\n",
            ]
        )
    if code == b"X":
        text = source.choice(["", "0", "1", "storage", "cpu", "cuda:0", "meta", "nowhere", "__proto__", "\ufeffx"]).encode()
        text = source.choice([text, text, text, b"\xff", b"\xed\xa0\x80"])
        return b"X" + struct.pack("<I", len(text)) + text
    return source.choice([b"\x88", b"\x89", b"N", b"K\x01", b"G" + struct.pack(">d", 1.0)])


def random_instruction(source):
    return source.choice(
        [
            b"(", b"t", b"}", b"]", b")", b"N", b"\x88", b"R", b"Q", b"b", b"a", b"e", b"s", b"u", b"0", b"2", b"\x81", b".",
            b"h\x00", b"q\xff", b"r\xff\xff\xff\xff", b"j\x00\x00\x00\x00", b"\x85", b"\x86", b"\x87", b"\x8a\x00", b"\x80\x02",
            b"\x8f", b"\x94", b"I1\n", b"X\x01\x00\x00\x00a", b"X\xff\xff\xff\xff", b"U\x01a", b"\x8a\x01\xff", b"cx\ny\n",
        ]
    )  # fmt: skip
