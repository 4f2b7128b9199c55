"""Words for the names of items: a few common ones, many rare ones."""

_COLOURS = ["red", "blue", "green", "black", "white", "grey", "yellow", "brown", "pink", "violet"]
_STUFF = ["steel", "wooden", "cotton", "leather", "glass", "ceramic", "silk", "paper", "plastic", "woollen"]
_THINGS = [
    "lamp",
    "chair",
    "table",
    "teapot",
    "kettle",
    "shirt",
    "jacket",
    "shoe",
    "bag",
    "book",
    "clock",
    "mirror",
    "pan",
    "knife",
    "rug",
    "vase",
]

WORDS = [
    *_COLOURS,
    *_STUFF,
    *_THINGS,
    *(f"{stuff}{thing}" for stuff in _STUFF for thing in _THINGS),
    *(f"{colour}{thing}" for colour in _COLOURS for thing in _THINGS),
]
