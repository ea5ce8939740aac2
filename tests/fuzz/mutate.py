"""Seeded damage to files: what transport, editors, other programs and hostile people do to them."""

import json
import random
import re
import struct
from collections.abc import Callable
from typing import Any

NUMBERS = (
    *("0", "-1", "1", "2", "11", "255", "256", "65535", "-32768", "2147483648", "1e9", "1e400"),
    *("-1e-400", "nan", "NaN", "inf", "-Infinity", "0x10", "1,5", "1_000", "٣", "²", "9" * 30),
    *("9" * 5000, "0." + "3" * 400, "-0", "+5", "5.", "½"),
)
"""What may stand where a number is wanted."""

WORDS = (
    *("", " ", "\0", "\x1b[31m", "\n", "\r\n", '"', "'", ",", ";", "\t", "\\", "..\\..\\x.tif"),
    *("../../x.tif", "/etc/passwd", "/vsicurl/file:///x", "C:\\x.tif", "None", "null", "true"),
    *("ä€\U0001f33e", "\ufeff", "\u202e", "<x>", "%s%n", "{}", "'; DROP TABLE x; --", "a" * 70_000),
    *("2023-13-45", "0000-00-00", "2023-07-09T25:61:61Z", "EPSG:0", "EPSG:4326", "nan"),
)
"""What may stand where a word is wanted."""

INTEGERS = (0, 1, 2, 3, 7, 8, 16, 127, 128, 255, 256, 1023, 32767, 32768, 65535, 65536, 10**6)
WIDE = (2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**62, 2**63 - 1, 2**63, 2**64 - 1)


def mutate(data: bytes, dice: random.Random) -> bytes:
    """Return the bytes of a file with one to four things changed; text is treated as text."""
    text = _text(data)
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3, 4))):
        if text is not None and dice.random() < 0.8:
            text = dice.choice(_TEXT)(text, dice)
            data = text.encode("utf-8", "surrogatepass")
        else:
            text, data = None, dice.choice(_BINARY)(data, dice)
    if text is not None and dice.random() < 0.05:
        data = text.encode(dice.choice(("utf-16", "utf-16-be", "latin-1", "utf-8-sig")), "replace")
    return data


def _text(data: bytes) -> str | None:
    try:
        return None if b"\0" in data else data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _place(data: bytes, dice: random.Random) -> int:
    """Return a position; half of the time in what looks like a header, or at the end."""
    if not data:
        return 0
    where = dice.random()
    if where < 0.35:
        return dice.randrange(min(len(data), 700))
    if where < 0.45:
        return len(data) - 1 - dice.randrange(min(len(data), 700))
    if where < 0.6 and data[:2] in (b"II", b"MM"):  # the first directory of a TIFF
        first = int.from_bytes(data[4:8], "little" if data[:1] == b"I" else "big")
        return min(first + dice.randrange(300), len(data) - 1)
    return dice.randrange(len(data))


def _flip_bits(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 1, 2, 8))):
        if changed:
            changed[_place(data, dice)] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _set_run(data: bytes, dice: random.Random) -> bytes:
    start, size = _place(data, dice), dice.choice((1, 2, 4, 16, 200))
    fill = dice.choice((b"\0", b"\xff", bytes([dice.randrange(256)])))
    run = dice.randbytes(size) if dice.random() < 0.4 else fill * size
    return data[:start] + run + data[start + size :]


def _set_field(data: bytes, dice: random.Random) -> bytes:
    """Put a number that programs stumble over into a field of 2, 4 or 8 bytes."""
    size = dice.choice((2, 2, 4, 4, 4, 8))
    value = dice.choice(INTEGERS if dice.random() < 0.6 else WIDE) % (1 << (8 * size))
    start = _place(data, dice) // 2 * 2
    number = value.to_bytes(size, dice.choice(("little", "big")))
    return data[:start] + number + data[start + size :]


def _set_float(data: bytes, dice: random.Random) -> bytes:
    """Put NaN, infinity or a huge number, as float64, where one may stand."""
    number = struct.pack("<d", dice.choice((float("nan"), float("inf"), 1e300, 0.0)))
    start = _place(data, dice)
    return data[:start] + number + data[start + 8 :]


def _truncate(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.choice((_place(data, dice), dice.randrange(len(data) + 1), len(data) - 1))]


def _insert(data: bytes, dice: random.Random) -> bytes:
    start, size = _place(data, dice), dice.choice((1, 2, 4, 100))
    new = dice.randbytes(size) if dice.random() < 0.7 else b"\0" * size
    return data[:start] + new + data[start:]


def _duplicate(data: bytes, dice: random.Random) -> bytes:
    start, size = _place(data, dice), dice.choice((1, 12, 64, 1000))
    return data[: start + size] + data[start:]


def _delete(data: bytes, dice: random.Random) -> bytes:
    start, size = _place(data, dice), dice.choice((1, 2, 12, 500))
    return data[:start] + data[start + size :]


def _move(data: bytes, dice: random.Random) -> bytes:
    size = dice.choice((4, 12, 100))
    source, target = _place(data, dice), _place(data, dice)
    return data[:target] + data[source : source + size] + data[target + size :]


def _join(data: bytes, dice: random.Random) -> bytes:
    return dice.choice((data + data, b"", b"\x1f\x8b" + data, b"\xff\xfe" + data, data[::-1]))


_BINARY: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_flip_bits, _flip_bits, _set_run, _set_run, _set_field, _set_field, _set_field, _set_float),
    *(_truncate, _insert, _duplicate, _delete, _move),
    *(_flip_bits, _set_field, _set_run, _truncate, _join),
)


def _number(text: str, dice: random.Random) -> str:
    return _token(r"-?\d+(?:\.\d+)?", NUMBERS, text, dice)


def _word(text: str, dice: random.Random) -> str:
    return _token(r"[A-Za-z_.:/-]{2,}", WORDS, text, dice)


def _swap(text: str, dice: random.Random) -> str:
    """Put one token of the text where another stood."""
    return _token(r"[\w.:-]+", re.findall(r"[\w.:-]+", text[:20_000]) or ("",), text, dice)


def _token(pattern: str, values: Any, text: str, dice: random.Random) -> str:
    start = dice.randrange(len(text)) if text and dice.random() < 0.5 else 0
    found = list(re.finditer(pattern, text[start : start + 20_000]))
    if not found:
        return text + dice.choice(values)
    one = dice.choice(found)
    return text[: start + one.start()] + dice.choice(values) + text[start + one.end() :]


def _mark(text: str, dice: random.Random) -> str:
    start = dice.randrange(len(text) + 1)
    end = start + dice.choice((0, 0, 1))
    return text[:start] + dice.choice((*WORDS, *"\"'{}[]<>&,;:\n\0")) + text[end:]


def _lines(text: str, dice: random.Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    number = dice.randrange(len(lines))
    how = dice.randrange(5)
    if how == 0:
        del lines[number]
    elif how == 1:
        lines.insert(number, lines[number])
    elif how == 2:
        lines[number] = lines[number].rstrip("\n")
    elif how == 3:
        lines[number] = lines[dice.randrange(len(lines))]
    else:
        lines = lines[:number]
    return "".join(lines)


def _separators(text: str, dice: random.Random) -> str:
    old, new = dice.choice(((",", ";"), (",", "\t"), ('"', "'"), ("\n", "\r"), ("\n", "\r\n")))
    return text.replace(old, new)


def _cut(text: str, dice: random.Random) -> str:
    return text[: dice.randrange(len(text) + 1)]


def _node(text: str, dice: random.Random) -> str:
    """Change one node of JSON; other text gets another number."""
    try:
        tree = json.loads(text)
        places = list(_nodes(tree))
    except (ValueError, RecursionError):
        return _number(text, dice)
    if not places:
        return json.dumps(_strange(dice))
    parent, key = dice.choice(places)
    how = dice.random()
    if how < 0.2:
        del parent[key]
    elif how < 0.3 and isinstance(parent, dict):
        parent[str(key).swapcase()] = parent.pop(key)
    else:
        parent[key] = _strange(dice)
    written = json.dumps(tree, ensure_ascii=False)
    return written.replace('"DEEP"', "[" * 100_000 if dice.random() < 0.5 else _deep(500))


def _deep(levels: int) -> str:
    return "[" * levels + "]" * levels


def _strange(dice: random.Random) -> Any:
    other = (None, True, [], {}, [[]], {"a": 1}, [1, "x"], -1, 0, 1.5, 10**400, "DEEP", 3e9)
    odd = (*other, float("nan"), float("inf"), -(2**63), 2**64)
    return dice.choice(odd if dice.random() < 0.6 else WORDS)


def _nodes(tree: Any) -> Any:
    if not isinstance(tree, dict | list):
        return
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield tree, key
        yield from _nodes(value)


BOMB = '<!DOCTYPE b [<!ENTITY a "' + "a" * 5000 + '"><!ENTITY b "' + "&a;" * 5000 + '">]>'


def _entities(text: str, dice: random.Random) -> str:
    """Put an entity that expands to megabytes into XML; other text gets another word."""
    if not text.startswith("<?xml"):
        return _word(text, dice)
    head, _, body = text.partition("?>")
    return _token(r">[^<]+<", (">&b;&b;&b;&b;<",), f"{head}?>{BOMB}{body}", dice)


_TEXT: tuple[Callable[[str, random.Random], str], ...] = (
    *(_number, _number, _word, _word, _swap, _mark, _mark, _lines, _separators, _cut),
    *(_node, _node, _node, _node, _entities),
)
