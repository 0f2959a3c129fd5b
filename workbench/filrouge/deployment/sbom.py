"""Lists what is in each image, in the words of CycloneDX: `python -m filrouge.deployment.sbom FOLDER [TAG]`.

What the images install is named by the same lists, so no engine is needed; of the base image below it they say
nothing. The same checkout gives the same bytes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from filrouge.deployment.generate import ROOT
from filrouge.deployment.images import PROGRAMS, WORKBENCH, Parts, Workspace

SPEC_VERSION = "1.6"


def sbom_text(workspace: Workspace, parts: Parts, tag: str) -> str:
    """The list of one image as JSON."""
    image = f"{parts.image}:{tag}"
    refs = {name: _reference(workspace, name) for name in parts.asks}
    roots = [refs[name] for name, folder in workspace.members.items() if folder in parts.members]
    document: dict[str, Any] = {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC_VERSION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "version": 1,
        "metadata": {
            "component": {
                "type": "container",
                "bom-ref": image,
                "name": parts.image,
                "version": tag,
            }
        },
        "components": list(_components(workspace, parts, refs)),
        "dependencies": [
            {"ref": image, "dependsOn": sorted(roots)},
            *(
                {"ref": refs[name], "dependsOn": [refs[other] for other in asked]}
                for name, asked in parts.asks.items()
            ),
        ],
    }
    document["serialNumber"] = uuid5(NAMESPACE_URL, json.dumps(document)).urn
    return json.dumps(document, indent=1) + "\n"


def _components(
    workspace: Workspace, parts: Parts, refs: Mapping[str, str]
) -> Iterator[Mapping[str, Any]]:
    for name in parts.asks:
        if name in workspace.members:
            version, licenses = workspace.version(name), [{"license": {"id": "Apache-2.0"}}]
            yield {
                "type": "library",
                "bom-ref": refs[name],
                "name": name,
                "version": version,
                "licenses": licenses,
            }
        else:
            locked = workspace.lock[name]
            yield {
                "type": "library",
                "bom-ref": refs[name],
                "name": name,
                "version": locked.version,
                "purl": refs[name],
                "licenses": _licenses(name),
                "externalReferences": [
                    {
                        "type": "distribution",
                        "url": refs[name],
                        "hashes": [{"alg": "SHA-256", "content": one} for one in locked.sha256],
                    }
                ],
            }


def _reference(workspace: Workspace, name: str) -> str:
    if name in workspace.members:
        return f"{name}@{workspace.version(name)}"
    return f"pkg:pypi/{name}@{quote(workspace.lock[name].version, safe='')}"


def _licenses(name: str) -> list[Mapping[str, Any]]:
    """As the distribution itself says it; nothing of one that is not installed here."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return []
    if "License-Expression" in said:
        return [{"expression": said["License-Expression"]}]
    prefix = "License :: OSI Approved :: "
    classifiers = [one for one in said.get_all("Classifier", []) if one.startswith(prefix)]
    return [{"license": {"name": one.removeprefix(prefix)}} for one in classifiers]


def main(arguments: Sequence[str]) -> str | None:
    match arguments:
        case [folder, *rest] if len(rest) <= 1:
            workspace = Workspace(ROOT)
            tag = rest[0] if rest else workspace.version(workspace.named(WORKBENCH))
            Path(folder).mkdir(parents=True, exist_ok=True)
            for program in PROGRAMS:
                parts = workspace.parts(program)
                path = Path(folder) / f"{program.replace('_', '-')}.cdx.json"
                path.write_text(sbom_text(workspace, parts, tag), encoding="utf-8")
                sys.stdout.write(f"{path}\n")
            return None
    return "usage: python -m filrouge.deployment.sbom FOLDER [TAG]"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
