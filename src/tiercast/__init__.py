"""tiercast: who keeps us alive, who is about to leave, who could become more.

Every command is a function of the same name here, taking a config and returning data. Beside
them `training_frame` returns what a training learns from, `shap_values` the exact Shapley values,
and `Plugin` is what a package of your own adds:

>>> import tiercast
>>> [verb for verb in tiercast.__all__ if verb != "__version__"]
['Plugin', 'alerts', 'app', 'backtest', 'check', 'churn_definition', 'compare', 'demo',
 'experiment_assign', 'experiment_design', 'experiment_ledger', 'experiment_measure',
 'experiment_target', 'explain', 'export', 'features', 'forget', 'init', 'mcp', 'migration',
 'monitor', 'promote', 'report', 'rollback', 'score', 'serve', 'shap_values', 'train',
 'training_frame', 'verify']
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiercast.alerting.deliver import alerts
    from tiercast.app.server import app
    from tiercast.assistant.server import mcp
    from tiercast.backtesting.backtest import backtest
    from tiercast.campaigns.design import experiment_design
    from tiercast.campaigns.ledger import experiment_ledger
    from tiercast.campaigns.measure import experiment_measure
    from tiercast.campaigns.target import experiment_target
    from tiercast.config.plugins import Plugin
    from tiercast.definitions.churn_definition import churn_definition
    from tiercast.monitoring.monitor import monitor
    from tiercast.privacy.forget import forget
    from tiercast.scoring.explain import explain
    from tiercast.scoring.score import score
    from tiercast.scoring.shap_values import shap_values
    from tiercast.serving.server import serve
    from tiercast.training.compare import compare
    from tiercast.training.promote import promote, rollback
    from tiercast.training.train import train
    from tiercast.training.training_frame import training_frame
    from tiercast.transitions.migration import migration
    from tiercast.verbs.check import check
    from tiercast.verbs.demo import demo
    from tiercast.verbs.experiment_assign import experiment_assign
    from tiercast.verbs.export import export
    from tiercast.verbs.features import features
    from tiercast.verbs.init import init
    from tiercast.verbs.report import report
    from tiercast.verbs.verify import verify

__version__ = "0.1.0"
__all__ = [
    "Plugin",
    "__version__",
    "alerts",
    "app",
    "backtest",
    "check",
    "churn_definition",
    "compare",
    "demo",
    "experiment_assign",
    "experiment_design",
    "experiment_ledger",
    "experiment_measure",
    "experiment_target",
    "explain",
    "export",
    "features",
    "forget",
    "init",
    "mcp",
    "migration",
    "monitor",
    "promote",
    "report",
    "rollback",
    "score",
    "serve",
    "shap_values",
    "train",
    "training_frame",
    "verify",
]

# Where each verb lives: read on first use, so that `import tiercast` takes no time (PEP 562).
_VERBS = {
    "Plugin": "tiercast.config.plugins",
    "alerts": "tiercast.alerting.deliver",
    "backtest": "tiercast.backtesting.backtest",
    "check": "tiercast.verbs.check",
    "churn_definition": "tiercast.definitions.churn_definition",
    "compare": "tiercast.training.compare",
    "demo": "tiercast.verbs.demo",
    "experiment_assign": "tiercast.verbs.experiment_assign",
    "experiment_design": "tiercast.campaigns.design",
    "experiment_ledger": "tiercast.campaigns.ledger",
    "experiment_measure": "tiercast.campaigns.measure",
    "experiment_target": "tiercast.campaigns.target",
    "explain": "tiercast.scoring.explain",
    "export": "tiercast.verbs.export",
    "forget": "tiercast.privacy.forget",
    "init": "tiercast.verbs.init",
    "mcp": "tiercast.assistant.server",
    "migration": "tiercast.transitions.migration",
    "monitor": "tiercast.monitoring.monitor",
    "promote": "tiercast.training.promote",
    "report": "tiercast.verbs.report",
    "rollback": "tiercast.training.promote",
    "score": "tiercast.scoring.score",
    "serve": "tiercast.serving.server",
    "shap_values": "tiercast.scoring.shap_values",
    "train": "tiercast.training.train",
    "training_frame": "tiercast.training.training_frame",
    "verify": "tiercast.verbs.verify",
}


def __getattr__(name: str) -> object:
    if name not in _VERBS:
        raise AttributeError(f"module 'tiercast' has no attribute {name!r}")
    verb: object = getattr(importlib.import_module(_VERBS[name]), name)
    globals()[name] = verb
    return verb


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _CallablePackage(ModuleType):
    """A package that answers calls too: `features` names both the layer and the verb."""

    def __call__(self, *args: object, **kwargs: object) -> object:
        name = self.__name__.rpartition(".")[2]
        verb = getattr(importlib.import_module(_CALLED[self.__name__]), name)
        return verb(*args, **kwargs)


# Where the verbs lie that are called as a package of the same name is.
_CALLED = {"tiercast.app": "tiercast.app.server", "tiercast.features": "tiercast.verbs.features"}
for _name in _CALLED:
    importlib.import_module(_name)
    sys.modules[_name].__class__ = _CallablePackage
