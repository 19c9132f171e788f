"""The project with all defaults filled in, as YAML that reads back to the same, and where each value came from."""

import json
import re
from typing import Any

from dmp_spark.project.load import Project
from dmp_spark.project.nodes import CommandLine, Items, Leaf, Mapping, Node
from dmp_spark.project.reading import scalar

_PLAIN = re.compile(r"[A-Za-z0-9_(.<>=/$+-](.*[^\s:])?")
_WIDTH = 100  # where comments begin, at the most


def show(project: Project) -> str:
    """One YAML document a file, divided by `---`.

    A value without a comment stands in the file that the document's first line names; `# default`, `# --set` and the
    name of another file say that it does not. What is nothing by default is left out.
    """
    documents = []
    for stage in project.shapes:
        if stage in project.models:
            root = project.roots[stage]
            data = project.models[stage].model_dump(mode="json", by_alias=True)
            name = root.source.name if len(project.files[stage]) == 1 else str(project.files[stage][0].parent)
            documents.append("\n".join([f"# {name}", *_block(data, root, root.source.name, "")]))
    return "\n---\n".join(documents) + "\n"


def _block(data: dict[str, Any], node: Mapping | None, file: str, indent: str) -> list[str]:
    """The lines of a mapping: keys in the order of the file, then those with defaults."""
    lines: list[str] = []
    here = node.values if node is not None else {}
    for key in [*here, *(key for key in data if key not in here)]:
        value, below = data.get(key), here.get(key)
        if below is None and key not in here and value in (None, "", [], {}):
            continue
        comment, source = _comment(node, key, file)
        if isinstance(value, dict) and value and (below is None or isinstance(below, Mapping)):
            inner = _block(value, below, source, indent + "  ")
            if not inner:
                continue
            lines += [_line(f"{indent}{_text(key)}:", comment if below is not None else ""), *inner]
        else:
            lines.append(_line(f"{indent}{_text(key)}: {_value(value, below)}", comment))
    return lines


def _comment(node: Mapping | None, key: str, file: str) -> tuple[str, str]:
    """The comment of a key and the file that it stands in."""
    if node is None or key not in node.values:
        return "default", file
    source = node.values[key].source
    if isinstance(source, CommandLine):
        return "--set", file
    return ("", file) if source.name == file else (source.name, source.name)


def _line(text: str, comment: str) -> str:
    return f"{text:<{min(_WIDTH, max(40, len(text)))}}  # {comment}" if comment else text


def _value(value: Any, node: Node | None) -> str:
    """A value on one line, as it was written where it was."""
    if isinstance(node, Leaf):
        return _text(node.value) if isinstance(node.value, str) else json.dumps(node.value)
    return _flow(node.data() if isinstance(node, Items | Mapping) else value)


def _flow(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_flow(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key, flow=True)}: {_flow(item)}" for key, item in value.items()) + "}"
    return _text(value, flow=True) if isinstance(value, str) else json.dumps(value)


def _text(text: str, flow: bool = False) -> str:
    """A text as it may stand in YAML: in quotes where it would mean something else."""
    is_plain = _PLAIN.fullmatch(text) and scalar(text) == text and isinstance(scalar(text), str)
    if (
        is_plain
        and not re.search(r":\s|\s#", text)
        and not text.startswith(("---", "- "))
        and not (flow and set(text) & set(",[]{}"))
    ):
        return text
    return json.dumps(text, ensure_ascii=False)
