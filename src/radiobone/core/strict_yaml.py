"""Reading YAML of settings, studies, recipes and cards: plain data only, and nothing that means two things.

YAML 1.1, which most programs read, surprises whoever writes it: ``no`` is false, ``1e3`` is text, ``010`` is 8,
``1:30`` is 90. Here ``1e3`` is the number that it looks like, dates stay text, and the others are refused.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml

from radiobone.core.errors import BadConfig

MAX_CHARACTERS = 1 << 20
MAX_DEPTH = 32
WORDS_OF_TRUTH = frozenset({"yes", "no", "on", "off"})
MAY_BE_WORDS = frozenset({"positive"})  # cohort.labels finds the class that is meant
PLAIN_KINDS = frozenset({"null", "bool", "int", "float", "str", "seq", "map"})
EXPONENT = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+$")
OTHER_BASE = re.compile(r"[-+]?(?:0[0-9_]+|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$")
MERGE_TAG, DATE_TAG, FLOAT_TAG = (f"tag:yaml.org,2002:{name}" for name in ("merge", "timestamp", "float"))


class StrictLoader(yaml.SafeLoader):
    """A safe loader that refuses aliases, keys given twice, deep nesting, and words and numbers that mean something else."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = 0
        self._free_words: set[int] = set()

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse an alias, and count how deep it goes."""
        if self.check_event(yaml.AliasEvent):
            raise BadConfig("YAML aliases (*name) are not accepted. Write the value out.")
        self._depth += 1
        _check_depth(self._depth)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def fetch_flow_collection_start(self, TokenClass: type[yaml.Token]) -> None:
        """Count brackets before they are composed: the scanner would read a thousand ahead, in the square of the time."""
        _check_depth(self.flow_level)
        super().fetch_flow_collection_start(TokenClass)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that is given twice."""
        seen: set[Any] = set()
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key in seen:
                raise BadConfig(
                    f"Line {_line(key_node)}: the key '{key}' is given twice, "
                    "and only one of the two values could count. Remove one."
                )
            seen.add(key)
            if key in MAY_BE_WORDS:
                self._free_words.add(id(value_node))
        return super().construct_mapping(node, deep)

    def _key(self, node: yaml.Node) -> Any:
        if node.tag == MERGE_TAG:
            raise BadConfig(f"Line {_line(node)}: the merge key '<<' is not accepted. Write the keys out.")
        key = self.construct_object(node, deep=True)
        if not isinstance(key, Hashable):
            raise BadConfig(f"Line {_line(node)}: a list or mapping cannot be a key.")
        return key

    def construct_truth(self, node: yaml.ScalarNode) -> bool:
        """Read true and false; yes, no, on and off are refused where a word could be meant."""
        if node.value.lower() in WORDS_OF_TRUTH and id(node) not in self._free_words:
            raise BadConfig(
                f"Line {_line(node)}: {node.value} without quotes is a truth value in YAML, and here it could be the word. "
                f'Write true or false, or "{node.value}" if the word is meant.'
            )
        return bool(super().construct_yaml_bool(node))

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        """Read whole numbers and decimals; those with a leading zero or colons, of another base in YAML, are refused."""
        if OTHER_BASE.match(node.value) and set(node.value) - set("0+-"):
            raise BadConfig(
                f"Line {_line(node)}: {node.value} would be read as another number, since YAML takes a leading zero for base 8 "
                f'and colons for minutes. Write the number plainly, or "{node.value}" if it is text.'
            )
        if node.tag == FLOAT_TAG:
            return float(super().construct_yaml_float(node))
        return int(super().construct_yaml_int(node))


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise BadConfig(f"Lists and mappings are nested more than {MAX_DEPTH} deep, which no settings are.")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """Say what plain words may stand for, by their first character: dates stay text, ``1e3`` is a number."""
    found = {
        first: [(tag, pattern) for tag, pattern in kinds if tag != DATE_TAG]
        for first, kinds in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    for first in "+-.0123456789":
        found[first] = [*found.get(first, []), (FLOAT_TAG, EXPONENT)]
    return found


StrictLoader.yaml_implicit_resolvers = _resolvers()
StrictLoader.yaml_constructors = {
    tag: construct
    for tag, construct in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] in PLAIN_KINDS
}
StrictLoader.add_constructor("tag:yaml.org,2002:bool", StrictLoader.construct_truth)
StrictLoader.add_constructor("tag:yaml.org,2002:int", StrictLoader.construct_number)
StrictLoader.add_constructor(FLOAT_TAG, StrictLoader.construct_number)


def plain_data(text: str, source: str) -> Any:
    """Read YAML as lists, mappings, text, numbers, truth values and None.

    Parameters
    ----------
    text : str
    source : str
        What to call it in messages.

    Raises
    ------
    BadConfig
        If it is no YAML, is longer or deeper than settings are, asks for other types, repeats a key, uses aliases, or holds
        a word or number that YAML would take for something else.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadConfig(
            f"{source} has {len(text):,} characters, and settings have a few thousand. Is it another file?"
        )
    try:
        return yaml.load(text, Loader=StrictLoader)  # noqa: S506 - a subclass of SafeLoader
    except BadConfig as error:
        raise BadConfig(f"{source}: {error}") from error
    except yaml.YAMLError as error:
        tab = " Lines are indented with spaces, never with tabs." if "'\\t'" in str(error) else ""
        raise BadConfig(f"{source} is not valid YAML: {error}{tab}") from error
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError) as error:
        raise BadConfig(
            f"{source} holds a value that cannot be read ({error}). Correct it, or put it in quotes."
        ) from error
