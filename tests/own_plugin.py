"""The plugin of `docs/extending.md` as an installed package: a module and its dist-info."""

import importlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "extending.md"
NAME, VERSION = "my_shop", "1.2"


def page_module() -> str:
    """Return the Python of the page, example after example."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return "\n".join(blocks)


def write_package(folder: Path, module: str, name: str = NAME, version: str = VERSION) -> None:
    """Write a package as pip would have installed it."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[tiercast.plugins]\n{name} = {name}:PLUGIN\n")
    (folder / f"{name}.py").write_text(module, encoding="utf-8")


@contextmanager
def installed(folder: Path, module: str | None = None, **about: str) -> Iterator[None]:
    """Have the package installed inside the block."""
    name = about.get("name", NAME)
    write_package(folder, page_module() if module is None else module, **about)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        importlib.invalidate_caches()
        try:
            yield
        finally:
            sys.modules.pop(name, None)
    importlib.invalidate_caches()
