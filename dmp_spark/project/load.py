"""A project's folder into typed values with places: every mistake in all files at once. Knows no stage."""

import os
import re
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dmp_spark.errors import Place, Problem, UserError
from dmp_spark.lakehouse.location import Location
from dmp_spark.project.files import Survey, read_file, read_files, survey
from dmp_spark.project.found import Found
from dmp_spark.project.mistakes import place_of
from dmp_spark.project.nodes import CommandLine, Leaf, Mapping, Node, at, place_in_text
from dmp_spark.project.overrides import in_file, set_value, source_of, split_address
from dmp_spark.project.package import SUFFIX, unpacked
from dmp_spark.project.settings import LakehouseFile, ProjectFile
from dmp_spark.project.types import Written
from dmp_spark.project.validate import validated
from dmp_spark.project.variables import put_in, read_variables

__all__ = ["Found", "Project", "load"]

_ADDRESS_OF_A_STORE = re.compile(r"[a-z][a-z0-9+.-]*:/")
_PACKAGE = re.compile(r"package:([A-Za-z_][A-Za-z0-9_]*)(?:/(.*))?")
_BEGINS_WITH_VARIABLE = re.compile(r"\$\{([a-z][a-z0-9_]*)\}")


class Project:
    """A project as it is written: its settings, the model of each file, and where everything stands.

    `unusable` names the stages whose file is there and cannot be used at all; its mistakes are told. `package` is the zip
    that the folder was unpacked from. `relative` has the paths that start at the project's folder, by address.
    """

    def __init__(self, folder: Path, shapes: Dict[str, type[Written]], found: Found, package: Path | None = None) -> None:
        self.folder = folder
        self.package = package
        self.relative: dict[str, str] = {}
        self.shapes: dict[str, type[Written]] = {"project": ProjectFile, **shapes}
        self.found = found
        self.roots: dict[str, Mapping] = {}
        self.files: dict[str, list[Path]] = {}
        self.models: dict[str, Written] = {}
        self.unusable: set[str] = set()

    @property
    def settings(self) -> ProjectFile:
        """The file project.yml."""
        settings = self.models["project"]
        assert isinstance(settings, ProjectFile)
        return settings

    @property
    def lakehouse(self) -> Location:
        """Where the lakehouse lies, its folder absolute; from --set it starts at the current folder."""
        said = {key: self._text("lakehouse", key) for key in LakehouseFile.model_fields}
        path = said["path"] or LakehouseFile().path
        return Location(Path(self.path(path, "project.lakehouse.path")), said["catalog"] or "", said["prefix"] or "")

    def _text(self, *address: str) -> str | None:
        """What stands at an address of project.yml, before it is judged; None where no text does."""
        node = at(self.roots["project"], address)
        return node.value if isinstance(node, Leaf) and isinstance(node.value, str) else None

    def written(self, stage: str) -> Any:
        """The model of a stage's file, without what is wrong in it; None where there is no file or none of use."""
        return self.models.get(stage)

    def place(self, address: str, offset: int = 0) -> Place | None:
        """Where an address stands: a value, or the key of what has keys itself; what is not there is shown above it."""
        stage, parts = split_address(address)
        root = self.roots.get(stage)
        if root is None:
            return None
        path = in_file(root, self.shapes[stage], stage, parts)
        node = at(root, path)
        if isinstance(node, Leaf):
            return place_in_text(node, offset) if offset else node.place
        while path and at(root, path) is None:
            path = path[:-1]
        return place_of(root, path, "key:")

    def path(self, text: str, address: str) -> str:
        """An absolute path: `package:NAME/…` lies in an installed Python package, others start at the file with `address`.

        A path in a store (`s3://…`) stays as it is. What cannot be found is told, and the text given back; so is what would
        start in a zip.
        """
        if match := _PACKAGE.fullmatch(text):
            spec = find_spec(match[1])
            if spec is None or not spec.submodule_search_locations:
                what = f"the Python package {match[1]} is not installed"
                self.found.add("no-package", what, address, "install it, or set the path or its variable to a folder of yours")
                return text
            return os.path.join(next(iter(spec.submodule_search_locations)), match[2] or "")
        if _ADDRESS_OF_A_STORE.match(text):
            return text
        node = self._node(address)
        if node is not None and isinstance(node.source, CommandLine):
            return os.path.abspath(text)
        if not os.path.isabs(text):
            self.relative[address] = text
            if self.package:
                what = f"{text} starts at the project's folder, and a zip has none that lasts"
                self.found.add("relative-path", what, address, f"--set {self.settable(address)}=/an/absolute/path")
        return os.path.abspath(os.path.join(node.source.folder if node is not None else self.folder, text))

    def settable(self, address: str) -> str:
        """What to set for another path at an address: the variable that it begins with, else the address itself."""
        node = self._node(address)
        match = _BEGINS_WITH_VARIABLE.match(node.spoken) if isinstance(node, Leaf) else None
        return f"project.variables.{match[1]}" if match else address

    def _node(self, address: str) -> Node | None:
        stage, parts = split_address(address)
        root = self.roots.get(stage)
        return at(root, in_file(root, self.shapes[stage], stage, parts)) if root is not None else None


def load(
    folder: Path,
    shapes: Dict[str, type[Written]],
    overrides: Sequence[str] = (),
    found: Found | None = None,
    planned: Sequence[str] = (),
    needed: Sequence[str] = ("ingest",),
) -> Project:
    """The project in a folder or zip; `shapes` has the model of each stage's file, `planned` the stages that are not built yet.

    Every mistake goes to `found`; without one they are raised together. UserError where project.yml cannot be used.
    """
    own = found is None
    found = found if found is not None else Found()
    package = folder if folder.suffix == SUFFIX and folder.is_file() else None
    project = Project(unpacked(package) if package else folder, shapes, found, package)
    _read_settings(project)
    _set(project, [text for text in overrides if _stage_of(text) == "project"])
    variables = read_variables(project.roots["project"], found.tell)
    put_in(project.roots["project"], ProjectFile, variables, found.tell)
    held = survey(project.folder, tuple(shapes), planned, project.lakehouse.root, found.tell)
    _read_stages(project, held)
    _tell_absent(project, held, needed)
    _set(project, [text for text in overrides if _stage_of(text) != "project"])
    for stage, root in project.roots.items():
        if stage != "project":
            put_in(root, project.shapes[stage], variables, found.tell)
        model = validated(project.shapes[stage], root, found)
        if model is None:
            project.unusable.add(stage)
        else:
            project.models[stage] = model
    if "project" in project.unusable or (own and found.problems):
        raise UserError(found.sorted())
    return project


def _stage_of(override: str) -> str:
    return split_address(source_of(override)[0])[0]


def _read_settings(project: Project) -> None:
    """Read project.yml, without which nothing else can be judged."""
    folder = project.folder
    if not folder.is_dir():
        raise UserError(Problem("no-project", f"there is no folder {folder}", None, "name a project's folder or zip: -p FOLDER"))
    file = folder / "project.yml"
    if not file.is_file():
        near = [entry.name for entry in sorted(folder.iterdir()) if entry.stem == "project" and entry.name != "project.yml"]
        way_out = f"rename {near[0]} to project.yml" if near else "name a project's folder: -p FOLDER"
        raise UserError(Problem("no-project", f"there is no project.yml in {folder}", None, way_out))
    root = read_file(file, project.found)
    project.found.locate = project.place
    project.files["project"] = [file]
    if root is None:
        raise UserError(project.found.sorted())
    project.roots["project"] = root


def _read_stages(project: Project, held: Survey) -> None:
    project.unusable |= held.misnamed - set(held.files)
    for stage in project.shapes:
        if stage in held.files:
            project.files[stage] = held.files[stage]
            root = read_files(held.files[stage], project.found)
            if root is None:
                project.unusable.add(stage)
            else:
                project.roots[stage] = root


def _tell_absent(project: Project, held: Survey, needed: Sequence[str]) -> None:
    for stage in needed:
        if stage in project.shapes and stage not in held.files and stage not in held.misnamed:
            what = f"there is no {stage}.yml, and no project goes without it"
            project.found.tell(Problem("missing-file", what, str(project.folder)))
            project.unusable.add(stage)


def _set(project: Project, overrides: Sequence[str]) -> None:
    for override in overrides:
        set_value(project.roots, project.shapes, override, project.found)
