"""Payloads gone wrong: bytes cut, turned and doubled; trees with wrong types, missing and deep members."""

import json
from random import Random
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring, tostring

_WRONG: Final[tuple[Any, ...]] = (
    *(
        None,
        True,
        0,
        -1,
        10**18,
        10**40,
        1.5,
        1e308,
        "",
        " ",
        "x",
        "\u00e9\u4e2d\U0001f69a",
        "0" * 70,
        "\x00",
    ),
    *("9999-99-99", "2026-02-30T25:61:61", "2026-03-10T08:15:00+99:00", "20260310", "0815", "-05:00"),
    *([], {}, [[]], [{}], [None], {"x": {}}, [1, "a", {}], "<a/>", '{"a":1}', "\ud800", "x" * 5000),
)


def mutated(payload: bytes, dice: Random) -> bytes:
    """The payload with one to five faults: mostly in its tree, where parsers look."""
    kinds = (_tree,) if dice.random() < 0.8 else (_tree, _bytes)
    for _ in range(dice.randint(1, 5)):
        payload = dice.choice(kinds)(payload, dice)
    return payload


def noise(dice: Random) -> bytes:
    """Bytes of no form at all, or of little."""
    alphabet = dice.choice(
        (bytes(range(256)), b'{}[]",:0e-tn\\u ', b"<>/a!&;[]\"' =?x", b"UNB+'ISA*~:ST\r\n")
    )
    return bytes(dice.choices(alphabet, k=dice.randint(0, 200)))


def _bytes(payload: bytes, dice: Random) -> bytes:
    start, end = sorted((dice.randint(0, len(payload)), dice.randint(0, len(payload))))
    end = dice.choice((end, min(end, start + 8)))
    return dice.choice(
        (
            payload[:start],
            payload[start:],
            payload[:start] + payload[end:],
            payload[:end] + payload[start:],
            payload[:start] + noise(dice)[:20] + payload[start:],
            payload[:start] + bytes([dice.randrange(256)]) + payload[start + 1 :],
        )
    )


def _tree(payload: bytes, dice: Random) -> bytes:
    try:
        if payload.lstrip()[:1] == b"<":
            root = fromstring(payload.strip())
            _spoil_element(root, dice)
            return tostring(root)
        told = json.loads(payload)
    except (ValueError, ParseError, LookupError, RecursionError):
        return _bytes(payload, dice)
    return json.dumps(_spoiled(told, dice)).encode("utf-8", "replace")


def _spoil_element(root: Element, dice: Random) -> None:
    parents = [each for each in root.iter() if len(each)]
    if not parents:
        root.text = "x"
        return
    parent = dice.choice(parents)
    child = dice.choice(list(parent))
    dice.choice((_remove, _write, _write, _double, _rename, _empty, _deepen))(root, parent, child, dice)


def _remove(_: Element, parent: Element, child: Element, __: Random) -> None:
    parent.remove(child)


def _write(_: Element, __: Element, child: Element, dice: Random) -> None:
    child.text = str(dice.choice(_WRONG)).replace("\x00", "").replace("\ud800", "")


def _double(_: Element, parent: Element, child: Element, __: Random) -> None:
    parent.append(child)


def _rename(root: Element, _: Element, child: Element, dice: Random) -> None:
    child.tag = dice.choice([each.tag for each in root.iter()])


def _empty(_: Element, __: Element, child: Element, ___: Random) -> None:
    for each in list(child):
        child.remove(each)


def _deepen(__: Element, ___: Element, child: Element, dice: Random) -> None:
    for _ in range(dice.choice((1, 40))):
        child = SubElement(child, child.tag)


def _spoiled(told: Any, dice: Random) -> Any:
    """The value with one of its nodes replaced, dropped or doubled."""
    places = _places(told)
    if not places:
        return dice.choice(_WRONG)
    holder, key = dice.choice(places)
    kind = dice.randrange(6)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        other, name = dice.choice(places)
        holder[key] = json.loads(json.dumps(other[name]))
    elif kind == 2:
        holder[key] = [holder[key], json.loads(json.dumps(holder[key]))]
    elif kind == 3:
        value = holder[key]
        for _ in range(dice.choice((1, 40))):
            value = {"x": value} if dice.random() < 0.5 else [value]
        holder[key] = value
    else:
        holder[key] = dice.choice(_WRONG)
    return told


def _places(told: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) in the tree."""
    found: list[tuple[Any, Any]] = []
    waiting = [told]
    while waiting:
        holder = waiting.pop()
        steps = (
            list(holder)
            if isinstance(holder, dict)
            else range(len(holder))
            if isinstance(holder, list)
            else ()
        )
        for key in steps:
            found.append((holder, key))
            waiting.append(holder[key])
    return found
