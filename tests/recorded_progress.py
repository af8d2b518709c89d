"""Progress that a test can read after a job."""

from tiercast.config.progress import Silent


class RecordedProgress(Silent):
    """Records stages with their totals, steps and lines."""

    def __init__(self):
        self.stages, self.steps, self.lines = [], [], []

    def stage(self, name, total=None):
        self.stages.append((name, total))

    def step(self, note=""):
        self.steps.append(note)

    def say(self, line):
        self.lines.append(line)
