"""`tiercast demo`: the whole job on a real sample, from orders to scores and a report."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from tiercast.artifacts.text_file import write_text_atomically
from tiercast.config.errors import InputError
from tiercast.config.progress import Progress, Silent
from tiercast.scoring.score import score
from tiercast.sources.samples import SAMPLES
from tiercast.tracking.store import ui_command
from tiercast.training.train import train
from tiercast.verbs.report import report

PIPELINES = Path("pipelines")
DEFAULT_SAMPLE = "complete_journey"


@dataclass(frozen=True)
class DemoResult:
    """Where the demo left everything, and the command that opens the MLflow runs."""

    config: Path
    report: Path
    scores: Path
    mlflow_command: str


def demo(sample: str = DEFAULT_SAMPLE, *, progress: Progress | None = None) -> DemoResult:
    """Train, score and report on a sample, as of the day after its last order.

    The config is `pipelines/<sample>.yaml` of the working directory, written there first where
    it isn't: from then on it is the user's to change.

    Raises
    ------
    InputError
        There is no such sample, or the package that carries its data is not installed.
    """
    config = sample_config(sample)
    progress = progress or Silent()
    train(config, progress=progress)
    scores = score(config, progress=progress)
    page = report(config, scores.as_of, progress=progress)
    return DemoResult(config, page, scores.folder, ui_command())


def sample_config(sample: str) -> Path:
    """Return the sample's config in the working directory, writing it if need be.

    Raises
    ------
    InputError
        There is no such sample.
    """
    if sample not in SAMPLES:
        none = "No such sample: {sample}; there are {known}."
        raise InputError.of(none, sample=repr(sample), known=list(SAMPLES))
    path = PIPELINES / f"{sample}.yaml"
    if not path.exists():
        packaged = files("tiercast.verbs") / "samples" / path.name
        write_text_atomically(path, packaged.read_text(encoding="utf-8"))
    return path
