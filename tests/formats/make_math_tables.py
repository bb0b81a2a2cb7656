#!/usr/bin/env python3
"""Writes include/lowp/formats/math/tables.hpp and two_over_pi.hpp.

    python3 tests/formats/make_math_tables.py <include/lowp/formats/math>

Every number is computed by mpmath with 400 bits (two_over_pi: 17,400 bits) and cut toward zero, so that a sum of
positive terms never exceeds the true value. No number is copied from anywhere. tests/formats/math_engine_test.cpp
computes all of them again with MPFR and compares bit by bit, so neither this script nor mpmath has to be trusted.
"""
import sys

from mpmath import mp, mpf, atan, chebyfit, erf, exp, factorial, floor, log, pi, sqrt

mp.prec = 400


def limbs(x, bits, scale):
    """floor(x * 2^scale) as 64-bit words, the most significant first."""
    n = int(floor(x * mpf(2) ** scale))
    assert 0 <= n < 1 << bits, (x, scale)
    return [(n >> s) & (2**64 - 1) for s in range(bits - 64, -1, -64)]


def words(x, bits, scale):
    return "{{" + ", ".join(f"0x{w:016x}" for w in limbs(x, bits, scale)) + "}}"


def array(name, comment, rows, bits, scale):
    out = [f"// {line}" for line in comment.splitlines()]
    n = len(rows)
    out.append(f"inline constexpr words<{bits // 64}> {name}[{n}] = {{")
    out += [f"    {words(x, bits, scale)}," for x in rows]
    out.append("};")
    return "\n".join(out) + "\n"


def constant(name, value, exponent, text):
    """A normalised constant: significand * 2^(exponent - 191)."""
    assert 1 <= value / mpf(2) ** exponent < 2, name
    return (f"// {text}\ninline constexpr constant {name} = "
            f"{{{words(value, 192, 191 - exponent)}, {exponent}}};\n")


HEAD = """// {title}
//
{body}
// Written by tests/formats/make_math_tables.py (mpmath, cut toward zero) and clang-format, checked against MPFR by
// tests/formats/math_engine_test.cpp. Do not edit.
#pragma once

#include <lowp/formats/math/words.hpp>

namespace lowp::detail::math {{

"""


def tables():
    text = HEAD.format(title="Constants, coefficients and short tables of the elementary functions.",
                       body="""//   constant         significand * 2^(exponent - 191), 192 bits
//   words<2> tables  128-bit fractions: 0.128 if not said otherwise, 1.127 where the values reach 1
//
// Each entry is the exact number cut toward zero: the error is below one unit of the last of its bits. Two tables for
// the first try alone are shorter: root_seeds and erf_pieces.""")
    text += "// A positive number, significand * 2^(exponent - 191).\n"
    text += "struct constant {\n  words<3> significand;\n  int exponent;\n};\n\n"
    text += constant("log_of_2", log(2), -1, "ln 2")
    text += constant("log2_of_e", 1 / log(2), 0, "log2 e")
    text += constant("log2_of_10", log(10) / log(2), 1, "log2 10")
    text += constant("log10_of_e", 1 / log(10), -2, "log10 e")
    text += constant("half_pi", pi / 2, 0, "pi / 2")
    text += constant("two_over_root_pi", 2 / sqrt(pi), 0, "2 / sqrt(pi)")
    text += constant("two_over_three_pi", 2 / (3 * pi), -3, "2 / (3 pi), see error_function.hpp")
    text += constant("six_pi_log2_of_e", 6 * pi / log(2), 4, "6 pi log2 e, likewise")
    text += "\n"
    text += array("reciprocals", "1 / k, k = 1 .. 40, as 1.127", [mpf(1) / k for k in range(1, 41)], 128, 127) + "\n"
    text += array("odd_factorials", "1 / (2 k + 1)!, k = 0 .. 18, as 1.127",
                  [1 / factorial(2 * k + 1) for k in range(19)], 128, 127) + "\n"
    text += array("even_factorials", "1 / (2 k)!, k = 0 .. 18, as 1.127",
                  [1 / factorial(2 * k) for k in range(19)], 128, 127) + "\n"
    text += array("erf_terms", "1 / (k! (2 k + 1)), k = 0 .. 25, as 1.127",
                  [1 / (factorial(k) * (2 * k + 1)) for k in range(26)], 128, 127) + "\n"
    text += array("gauss_nodes", "exp(-k^2 / 9), k = 1 .. 28, as 0.128", [exp(-mpf(k * k) / 9) for k in range(1, 29)],
                  128, 128) + "\n"
    text += array("exp2_terms", "64 (ln 2 / 64)^k / k!, k = 1 .. 15, as 0.128",
                  [64 * (log(2) / 64) ** k / factorial(k) for k in range(1, 16)], 128, 128) + "\n"
    text += array("exp2_steps", "2^(i / 64), i = 0 .. 63, as 1.127", [mpf(2) ** (mpf(i) / 64) for i in range(64)], 128,
                  127) + "\n"
    text += array("atan_steps", "atan(i / 64), i = 0 .. 64, as 0.128", [atan(mpf(i) / 64) for i in range(65)], 128,
                  128) + "\n"
    # i / 128 is m to the nearest 1/128, r = divisor / 512 its reciprocal: |m r - 1| < 2^-7.3 in the whole cell
    divisors = [int(floor(mpf(65536) / i + mpf(1) / 2)) for i in range(90, 183)]
    for i, r in zip(range(90, 183), divisors):
        for edge in (mpf(2 * i - 1) / 256, mpf(2 * i + 1) / 256):
            assert abs(edge * r / 512 - 1) < mpf(2) ** mpf(-7.3), i
    assert divisors[128 - 90] == 512
    text += "// r[i - 90] = round(2^16 / i), i = 90 .. 182: 512 times the reciprocal of i / 128\n"
    text += f"inline constexpr std::uint16_t log_divisors[{len(divisors)}] = {{\n    "
    text += ", ".join(map(str, divisors)) + "};\n\n"
    text += array("log_steps", "|ln(r[i - 90] / 512)|, i = 90 .. 182, as 0.128; of -ln, the sign is that of i - 128",
                  [abs(log(mpf(r) / 512)) for r in divisors], 128, 128) + "\n"
    # erf on [i / 4, (i + 1) / 4): the polynomial of degree 13 in t = 4 x - i through the Chebyshev points
    text += "// erf((i + t) / 4) = sum of erf_pieces[i - 2][k] t^k + less than 2^-59, i = 2 .. 23, 0 <= t < 1: two's complement,\n"
    text += "// as 1.63, to nearest\n"
    text += "inline constexpr std::uint64_t erf_pieces[22][14] = {\n"
    for i in range(2, 24):
        f = lambda t: erf((i + t) / 4)
        c, error = chebyfit(f, [0, 1], 14, error=True)
        c = [int(floor(a * mpf(2) ** 63 + mpf(1) / 2)) for a in reversed(c)]
        for n in range(65):
            t = mpf(n) / 64
            assert abs(sum(a * t**k for k, a in enumerate(c)) / mpf(2) ** 63 - f(t)) < mpf(2) ** -59, i
        text += "    {" + ", ".join(f"0x{a % 2**64:016x}" for a in c) + "},\n"
    text += "};\n\n"
    # seeds of 1 / (2 sqrt(m)), m in [1/4, 1); entry for the top eight bits of m, relative error < 2^-8
    seeds = [int(floor(65536 / (2 * sqrt((mpf(j) + mpf(1) / 2) / 256)))) for j in range(64, 256)]
    text += "// floor(2^16 / (2 sqrt(m))), m = (j + 1/2) / 256, j = 64 .. 255\n"
    text += f"inline constexpr std::uint16_t root_seeds[{len(seeds)}] = {{\n    "
    text += ", ".join(map(str, seeds)) + "};\n\n"
    text += "}  // namespace lowp::detail::math\n"
    return text


def two_over_pi():
    count = 264
    mp.prec = 64 * count + 500
    n = int(floor(2 / pi * mpf(2) ** (64 * count)))
    mp.prec = 400
    rows = [f"0x{(n >> (64 * (count - 1 - i))) & (2**64 - 1):016x}" for i in range(count)]
    text = HEAD.format(title="The first 16,896 bits of 2 / pi, for the reduction of large angles (trigonometric.hpp).",
                       body=f"""//   2 / pi = sum of two_over_pi[i] * 2^(-64 (i + 1)), cut toward zero
//
// {count} words serve arguments below 2^16500: every format of 16 bits with a symmetric exponent range.""")
    text += f"inline constexpr std::uint64_t two_over_pi[{count}] = {{\n"
    for i in range(0, count, 5):
        text += "    " + ", ".join(rows[i:i + 5]) + ",\n"
    text += "};\n\n}  // namespace lowp::detail::math\n"
    return text


if __name__ == "__main__":
    folder = sys.argv[1]
    for name, text in (("tables.hpp", tables()), ("two_over_pi.hpp", two_over_pi())):
        with open(f"{folder}/{name}", "w") as f:
            f.write(text)
