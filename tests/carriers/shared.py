"""The real payloads beside the project, and the same payload written another way."""

import gzip
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring, tostring

import orjson
import pytest

Json = dict[str, Any]
FOLDER = Path(__file__).parents[3] / "shared" / "data"
ABSENT = "the real inputs (../shared/data) are not on this machine"

needs_shared_data = pytest.mark.skipif(not FOLDER.is_dir(), reason=ABSENT)


def rows(name: str) -> list[Json]:
    """The rows of a file of real inputs, none where they are absent."""
    if not FOLDER.is_dir():
        return []
    return [orjson.loads(line) for line in gzip.decompress((FOLDER / name).read_bytes()).splitlines()]


def body(told: Any) -> bytes:
    """A payload as its sender would write it: rows hold it as text, or as JSON."""
    return told.encode() if isinstance(told, str) else orjson.dumps(told)


class Tree:
    """A payload as a tree, JSON or XML, whose lists can be changed and written back."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.xml = payload.lstrip().startswith(b"<")

    def reordered(self, order: Callable[[list[Any]], list[Any]]) -> bytes:
        """With `order` made of every list of objects, of every run of equally named elements."""
        if self.xml:
            root = self._root()
            for element in list(root.iter()):
                _reorder_children(element, order)
            return tostring(root)
        return orjson.dumps(_reordered(json.loads(self.payload), order))

    def reworded(self, word: Callable[[str, str], str]) -> bytes:
        """With each text replaced by `word(its name, itself)`."""
        if self.xml:
            root = self._root()
            for element in root.iter():
                if not len(element) and element.text:
                    element.text = word(element.tag.rpartition("}")[2], element.text)
            return tostring(root)
        return orjson.dumps(_reworded("", json.loads(self.payload), word))

    def split(self) -> Iterator[tuple[bytes, bytes]]:
        """In two payloads, once for each list that has two entries or more."""
        for number in range(self._lists()):
            yield self._half(number, first=True), self._half(number, first=False)

    def _lists(self) -> int:
        seen = 0

        def count(listed: list[Any]) -> list[Any]:
            nonlocal seen
            seen += len(listed) > 1
            return listed

        self.reordered(count)
        return seen

    def _half(self, number: int, *, first: bool) -> bytes:
        seen = -1

        def cut(listed: list[Any]) -> list[Any]:
            nonlocal seen
            seen += len(listed) > 1
            if seen != number or len(listed) < 2:
                return listed
            seen += 1_000_000
            middle = len(listed) // 2
            return listed[:middle] if first else listed[middle:]

        return self.reordered(cut)

    def _root(self) -> Element:
        return fromstring(self.payload.strip())


def _reorder_children(element: Element, order: Callable[[list[Any]], list[Any]]) -> None:
    children = list(element)
    named: dict[str, list[Element]] = {}
    for child in children:
        named.setdefault(child.tag, []).append(child)
        element.remove(child)
    changed = {tag: order(same) for tag, same in named.items()}
    for child in children:
        if changed[child.tag]:
            element.append(changed[child.tag].pop(0))
    for rest in changed.values():
        element.extend(deepcopy(each) for each in rest)


def _reordered(value: Any, order: Callable[[list[Any]], list[Any]]) -> Any:
    if isinstance(value, dict):
        return {name: _reordered(each, order) for name, each in value.items()}
    if isinstance(value, list):
        listed = order(value) if all(isinstance(each, dict) for each in value) else value
        return [_reordered(each, order) for each in listed]
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        return json.dumps(_reordered(json.loads(value), order))
    return value


def _reworded(name: str, value: Any, word: Callable[[str, str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _reworded(key, each, word) for key, each in value.items()}
    if isinstance(value, list):
        return [_reworded(name, each, word) for each in value]
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        return json.dumps(_reworded(name, json.loads(value), word))
    return word(name, value) if isinstance(value, str) else value
