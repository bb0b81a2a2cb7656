#!/usr/bin/env python3
"""Writes the golden .npy and .safetensors files of tests/interop, from struct alone.

    make_tensor_files.py            writes npy/ and safetensors/ beside this script
    make_tensor_files.py --check    compares them with what is written now, and, where NumPy, ml_dtypes and safetensors
                                    are installed, with what those read from them and would write themselves

Sources: numpy.lib.format (NEP 1); huggingface/safetensors README.md and tensor.rs; the values of the small floats from
their definition: (-1)^s * t * 2^(1 - bias - M) if e = 0, else (-1)^s * (2^M + t) * 2^(e - bias - M), with the codes of
infinity and NaN of IEEE 754, OCP OFP8 1.0 and OCP MX 1.0, and ml_dtypes for the fnuz types.
"""
import json
import math
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent

# ---- .npy ----------------------------------------------------------------------------------------------------------

FLOATS = [0.0, -0.5, 1.5, 65504.0, 2.0**-24, -3.25]  # exact in float16
DOUBLES = [0.1, 1e300, -1e-320, 16777217.0, 1 + 2.0**-24, 1 + 2.0**-24 + 2.0**-52]


def integers(bits, signed):
    top = 2 ** (bits - signed) - 1
    return [0, 1, 100, top, -1 if signed else top - 1, -top - 1 if signed else 16777219 % (top + 1)]


def npy(descr, shape, data, fortran=False, version=1, shape_text=None):
    """The bytes of a file; `descr` as Python source."""
    text = f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape_text or repr(shape)}, }}"
    prefix = 10 if version == 1 else 12
    text += " " * (63 - (prefix + len(text)) % 64) + "\n"
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text.encode("ascii") + data


def npy_files():
    files = {}
    for kind, code, values in [("f2", "e", FLOATS), ("f4", "f", FLOATS), ("f8", "d", DOUBLES),
                               ("i2", "h", integers(16, True)), ("i4", "i", integers(32, True)),
                               ("i8", "q", integers(64, True)), ("u2", "H", integers(16, False)),
                               ("u4", "I", integers(32, False)), ("u8", "Q", integers(64, False))]:
        for name, order in [("little", "<"), ("big", ">")]:
            files[f"{kind}_{name}"] = npy(f"'{order}{kind}'", (2, 3), struct.pack(f"{order}6{code}", *values))
    files["i1"] = npy("'|i1'", (2, 3), struct.pack("6b", *integers(8, True)))
    files["u1"] = npy("'|u1'", (2, 3), struct.pack("6B", *integers(8, False)))
    files["b1"] = npy("'|b1'", (2, 3), bytes([0, 1, 1, 0, 0, 1]))
    # element (i, j, k) is 100 i + 10 j + k
    cube = [100 * i + 10 * j + k for k in range(4) for j in range(3) for i in range(2)]
    files["fortran"] = npy("'<f4'", (2, 3, 4), struct.pack("<24f", *cube), fortran=True)
    files["fortran_u2_big"] = npy("'>u2'", (2, 3, 4), struct.pack(">24H", *cube), fortran=True)
    files["scalar"] = npy("'<f4'", (), struct.pack("<f", 42.5))
    files["empty"] = npy("'<f4'", (0, 3), b"")
    files["version2"] = npy("'<f4'", (6,), struct.pack("<6f", *FLOATS), version=2)
    files["version3"] = npy("'<f4'", (6,), struct.pack("<6f", *FLOATS), version=3)
    files["python2"] = npy("'<f4'", (2, 3), struct.pack("<6f", *FLOATS), shape_text="(2L, 3L)")
    files["bfloat16"] = npy("'<V2'", (4,), struct.pack("<4H", 0x3F80, 0xC049, 0x0001, 0x7F80))
    files["bfloat16_named"] = npy("'bfloat16'", (4,), struct.pack("<4H", 0x3F80, 0xC049, 0x0001, 0x7F80))
    files["float8_e4m3fn"] = npy("'<V1'", (4,), bytes([0x38, 0xC0, 0x01, 0x7E]))
    files["float8_e5m2"] = npy("'<f1'", (4,), bytes([0x3C, 0xC2, 0x01, 0x7C]))
    files["float4_e2m1fn"] = npy("'<V1'", (4,), bytes([0x00, 0x03, 0x07, 0x0F]))
    files["structured"] = npy("[('a', '<f4'), ('b', '<i4')]", (2,), struct.pack("<fifi", 1, 2, 3, 4))
    files["object"] = npy("'|O'", (1,), b"\x80\x04N.")
    files["complex"] = npy("'<c8'", (2,), struct.pack("<4f", 1, 2, 3, 4))
    return {f"npy/{k}.npy": v for k, v in files.items()}


# ---- the small floats ----------------------------------------------------------------------------------------------


def value(code, e_bits, m_bits, bias, kind):
    """The value of a code of 1 + e_bits + m_bits bits (e8m0: of e_bits)."""
    if kind == "scale":
        return math.nan if code == 2**e_bits - 1 else 2.0 ** (code - bias)
    magnitude = code & (2 ** (e_bits + m_bits) - 1)
    sign = -1.0 if code >> (e_bits + m_bits) else 1.0
    e, t = magnitude >> m_bits, magnitude & (2**m_bits - 1)
    if kind == "fnuz" and sign < 0 and magnitude == 0:
        return math.nan
    if kind == "fn" and magnitude == 2 ** (e_bits + m_bits) - 1:
        return math.nan
    if kind == "ieee" and e == 2**e_bits - 1:
        return math.nan if t else sign * math.inf
    scaled = t if e == 0 else 2**m_bits + t
    return sign * math.ldexp(scaled, max(e, 1) - bias - m_bits)


# name of lowp::dtype: (code bits, exponent bits, fraction bits, bias, kind, name in ml_dtypes)
SMALL = {
    "f8_e5m2": (8, 5, 2, 15, "ieee", "float8_e5m2"),
    "f8_e4m3": (8, 4, 3, 7, "ieee", "float8_e4m3"),
    "f8_e4m3fn": (8, 4, 3, 7, "fn", "float8_e4m3fn"),
    "f8_e3m4": (8, 3, 4, 3, "ieee", "float8_e3m4"),
    "f8_e4m3fnuz": (8, 4, 3, 8, "fnuz", "float8_e4m3fnuz"),
    "f8_e5m2fnuz": (8, 5, 2, 16, "fnuz", "float8_e5m2fnuz"),
    "f8_e4m3b11fnuz": (8, 4, 3, 11, "fnuz", "float8_e4m3b11fnuz"),
    "f8_e8m0fnu": (8, 8, 0, 127, "scale", "float8_e8m0fnu"),
    "f6_e3m2fn": (6, 3, 2, 3, "finite", "float6_e3m2fn"),
    "f6_e2m3fn": (6, 2, 3, 1, "finite", "float6_e2m3fn"),
    "f4_e2m1fn": (4, 2, 1, 1, "finite", "float4_e2m1fn"),
    "f16": (16, 5, 10, 15, "ieee", "float16"),
    "bf16": (16, 8, 7, 127, "ieee", "bfloat16"),
}


def packed(codes, bits):
    """Codes without gaps, the first one in the lowest bits."""
    whole = sum(code << (bits * i) for i, code in enumerate(codes))
    return whole.to_bytes(len(codes) * bits // 8, "little")


# ---- .safetensors --------------------------------------------------------------------------------------------------


def safetensors(tensors, metadata=None):
    """`tensors`: (name, dtype, shape, data) in the order of the data."""
    header, data = {}, b""
    if metadata is not None:
        header["__metadata__"] = metadata
    for name, dtype, shape, part in tensors:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def safetensors_files():
    tiny = [
        ("u64", "U64", [2], struct.pack("<2Q", 2**64 - 1, 3)),
        ("i64", "I64", [2], struct.pack("<2q", -(2**63), 16777217)),
        ("f64", "F64", [3], struct.pack("<3d", *DOUBLES[:3])),
        ("c64", "C64", [1], struct.pack("<2f", 1.0, -2.0)),
        ("f32", "F32", [2, 3], struct.pack("<6f", *FLOATS)),
        ("u32", "U32", [2], struct.pack("<2I", 2**32 - 1, 5)),
        ("i32", "I32", [2], struct.pack("<2i", -(2**31), 6)),
        ("bf16", "BF16", [4], struct.pack("<4H", 0x3F80, 0xC049, 0x0001, 0x7F80)),
        ("f16", "F16", [6], struct.pack("<6e", *FLOATS)),
        ("u16", "U16", [2], struct.pack("<2H", 65535, 7)),
        ("i16", "I16", [2], struct.pack("<2h", -32768, 8)),
        ("f8_e5m2fnuz", "F8_E5M2FNUZ", [2], bytes([0x40, 0x80])),
        ("f8_e4m3fnuz", "F8_E4M3FNUZ", [2], bytes([0x40, 0x80])),
        ("f8_e8m0", "F8_E8M0", [3], bytes([0x7F, 0x00, 0xFE])),
        ("f8_e4m3", "F8_E4M3", [4], bytes([0x38, 0xC0, 0x01, 0x7E])),
        ("f8_e5m2", "F8_E5M2", [4], bytes([0x3C, 0xC2, 0x01, 0x7C])),
        ("i8", "I8", [2], struct.pack("2b", -128, 9)),
        ("u8", "U8", [2], bytes([255, 10])),
        ("f6_e3m2", "F6_E3M2", [4], packed([0x0C, 0x1F, 0x20, 0x3F], 6)),
        ("f6_e2m3", "F6_E2M3", [4], packed([0x08, 0x1F, 0x20, 0x3F], 6)),
        ("f4", "F4", [2, 2], packed([0x1, 0x7, 0x8, 0xF], 4)),
        ("bool", "BOOL", [3], bytes([1, 0, 1])),
        ("scalar", "F32", [], struct.pack("<f", 42.5)),
        ("empty", "F32", [0, 3], b""),
        ("gr\u00f6\u00dfe \"\u221e\"/\U0001f600", "U8", [1], b"\x07"),
    ]
    # Every code of the narrow types and a sample of the wide ones, beside their values: X.values for lowp::dtype::X.
    wide = [(i * 40503) & 0xFFFF for i in range(1024)]
    codes = [("values64", "F64", [len(DOUBLES)], struct.pack(f"<{len(DOUBLES)}d", *DOUBLES))]
    for name, (bits, e, m, bias, kind, _) in SMALL.items():
        values = [value(c, e, m, bias, kind) for c in (wide if bits == 16 else range(2**bits))]
        codes.append((name + ".values", "F32", [len(values)], struct.pack(f"<{len(values)}f", *values)))
    codes.append(("codes16", "U16", [1024], struct.pack("<1024H", *wide)))
    for name, dtype in [("f16", "F16"), ("bf16", "BF16")]:
        codes.append((name, dtype, [1024], struct.pack("<1024H", *wide)))
    codes.append(("codes8", "U8", [256], bytes(range(256))))
    for name, dtype in [("f8_e5m2", "F8_E5M2"), ("f8_e4m3fn", "F8_E4M3"), ("f8_e4m3fnuz", "F8_E4M3FNUZ"),
                        ("f8_e5m2fnuz", "F8_E5M2FNUZ"), ("f8_e8m0fnu", "F8_E8M0")]:
        codes.append((name, dtype, [16, 16], bytes(range(256))))
    codes.append(("f6_e3m2fn", "F6_E3M2", [64], packed(range(64), 6)))
    codes.append(("f6_e2m3fn", "F6_E2M3", [64], packed(range(64), 6)))
    codes.append(("f4_e2m1fn", "F4", [16], packed(range(16), 4)))
    return {
        "safetensors/tiny.safetensors": safetensors(tiny, {"format": "pt", "note": "two words"}),
        "safetensors/codes.safetensors": safetensors(codes),
        "safetensors/nothing.safetensors": safetensors([]),
    }


# ---- checks against the packages whose formats these are -----------------------------------------------------------


def check_numpy(files):
    import io
    import numpy as np
    refused = {"npy/bfloat16_named.npy", "npy/float8_e5m2.npy", "npy/object.npy"}  # by numpy, without ml_dtypes
    for name, data in files.items():
        if not name.startswith("npy/") or name in refused:
            continue
        array = np.load(io.BytesIO(data))
        out = io.BytesIO()
        np.lib.format.write_array(out, array, version={"version2": (2, 0), "version3": (3, 0)}.get(pathlib.Path(name).stem))
        if array.dtype.kind == "V" and array.dtype.names is None or "python2" in name:
            assert np.load(io.BytesIO(out.getvalue())).tobytes() == array.tobytes(), name
        else:
            assert out.getvalue() == data, name
        if name.startswith("npy/fortran"):
            assert all(array[i, j, k] == 100 * i + 10 * j + k for i in range(2) for j in range(3) for k in range(4))
    half = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float64)
    ours = np.array([value(c, 5, 10, 15, "ieee") for c in range(65536)])
    assert np.array_equal(half, ours, equal_nan=True)
    print("numpy", np.__version__, "agrees")


def check_ml_dtypes():
    import ml_dtypes
    import numpy as np
    for name, (bits, e, m, bias, kind, theirs) in SMALL.items():
        unsigned = np.arange(2**bits, dtype=np.uint16 if bits == 16 else np.uint8)
        dtype = np.float16 if theirs == "float16" else getattr(ml_dtypes, theirs)
        ours = np.array([value(c, e, m, bias, kind) for c in range(2**bits)])
        assert np.array_equal(unsigned.view(dtype).astype(np.float64), ours, equal_nan=True), name
    print("ml_dtypes", ml_dtypes.__version__, "agrees")


def check_safetensors(files):
    from safetensors import deserialize
    for name, data in files.items():
        if name.startswith("safetensors/"):
            size = struct.unpack("<Q", data[:8])[0]
            header = {k: v for k, v in json.loads(data[8:8 + size]).items() if k != "__metadata__"}
            read = dict(deserialize(data))
            assert read.keys() == header.keys(), name
            for key, entry in header.items():
                begin, end = (8 + size + offset for offset in entry["data_offsets"])
                assert bytes(read[key]["data"]) == data[begin:end], (name, key)
    print("safetensors agrees")


def main():
    files = {**npy_files(), **safetensors_files()}
    if sys.argv[1:] != ["--check"]:
        for name, data in files.items():
            (HERE / name).parent.mkdir(exist_ok=True)
            (HERE / name).write_bytes(data)
        return
    for name, data in files.items():
        assert (HERE / name).read_bytes() == data, name
    print(len(files), "files are as written here")
    for check, arguments in [(check_numpy, [files]), (check_ml_dtypes, []), (check_safetensors, [files])]:
        try:
            check(*arguments)
        except ImportError as missing:
            print("not checked:", missing)


main()
