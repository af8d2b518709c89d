"""The commit of the working directory, so that a run can be reproduced."""

import subprocess
from pathlib import Path

COMMIT, BRANCH, DIRTY = (f"mlflow.source.git.{name}" for name in ("commit", "branch", "dirty"))
SECONDS = 10


def git_tags(folder: Path | None = None) -> dict[str, str]:
    """Return MLflow's tags of the git checkout that a folder (default: this one) lies in.

    Commit, branch, and whether files under version control differ from it. Empty outside of a
    checkout, in one without a commit, or without git.
    """
    place = folder or Path.cwd()
    commit = _git(place, "rev-parse", "HEAD")
    if not commit:
        return {}
    changed = _git(place, "status", "--porcelain", "--untracked-files=no")
    branch = _git(place, "rev-parse", "--abbrev-ref", "HEAD")
    return {COMMIT: commit, BRANCH: branch or "", DIRTY: "True" if changed else "False"}


def _git(folder: Path, *words: str) -> str | None:
    """Return the output of git; None where it fails or is not installed."""
    try:
        done = subprocess.run(
            ["git", "-c", "core.fsmonitor=false", *words],  # no program that the checkout names
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
