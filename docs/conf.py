"""Sphinx settings of the documentation: Markdown pages, and the reference read from the code."""

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

import tiercast

project = "tiercast"
copyright = "the tiercast developers"
version = release = tiercast.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
autodoc_typehints = "none"
suppress_warnings = ["myst.xref_missing"]  # links to files of the repository, beside the pages

html_theme = "pydata_sphinx_theme"
html_title = "tiercast"
html_copy_source = html_show_sourcelink = False
html_math_renderer = "mathml"
html_sidebars = {"**": ["globaltoc.html"]}  # all pages, by reader
html_theme_options = {"navbar_center": [], "show_toc_level": 2, "navigation_with_keys": False}


def _inline(translator: nodes.NodeVisitor, node: nodes.math) -> None:
    translator.body.append(convert(node.astext()))
    raise nodes.SkipNode


def _block(translator: nodes.NodeVisitor, node: nodes.math_block) -> None:
    translator.body.append(f"<p>{convert(node.astext(), display='block')}</p>")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Draw formulas as MathML, which browsers show without a script or a network."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
