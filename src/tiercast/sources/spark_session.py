"""A Spark session for one job: on this machine's cores, or on a cluster named by its URL."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tiercast.config.errors import InputError
from tiercast.config.schema import LOCAL_SPARK

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

OLDEST_JAVA = 17
JAVA_REMEDY = (
    "install one (Debian, Ubuntu: `apt-get install openjdk-17-jre-headless`; others: "
    "https://adoptium.net) and have `java` on the PATH, or set JAVA_HOME"
)
# Needed for the same results as DuckDB's; all else is left to spark-defaults.conf.
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # The end of a tier is found by rank; beyond so many rows, by a sort on the executors.
    "spark.sql.execution.topKSortFallbackThreshold": "100000",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


# On one machine 200 parts, Spark's default, are mostly overhead.
FEW_PARTS = {"spark.sql.shuffle.partitions": str(4 * (os.cpu_count() or 1))}


@contextmanager
def spark_session(engine: str) -> Iterator["SparkSession"]:
    """Start a session that ends with the `with` block; `engine` as the config names it.

    Raises
    ------
    InputError
        pyspark or Java is missing or too old, another session runs in this process, or the
        engine's address does not respond.
    """
    _check_package()
    check_java()
    # Executors run the interpreter of this name; on machines laid out differently, set it.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = _start(engine)
    try:
        yield session
    finally:
        session.stop()


def _start(engine: str) -> "SparkSession":
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    if running is not None:
        raise InputError(
            f"A job needs a Spark session of its own, but one ({running.sparkContext.master}) is "
            "at work in this process; stop it first."
        )
    local = engine == LOCAL_SPARK
    builder = SparkSession.builder.master("local[*]" if local else engine)
    for name, value in {**SETTINGS, **(FEW_PARTS if local else {})}.items():
        builder = builder.config(name, value)
    try:
        return builder.appName("tiercast").getOrCreate()
    except PySparkException as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"engine {engine}: Spark did not start: {reason}") from error


def _check_package() -> None:
    if importlib.util.find_spec("pyspark") is None:
        raise InputError(
            "This engine needs the package pyspark, which is not installed; run "
            "`pip install 'tiercast[spark]'`."
        )


def check_java() -> None:
    """Refuse a machine without a Java that Spark runs on.

    Raises
    ------
    InputError
        There is none, or it is too old; the message explains how to get one.
    """
    java = _java()
    if java is None:
        raise InputError(
            f"Spark needs Java {OLDEST_JAVA} or 21, but there is no `java` on the PATH and "
            f"JAVA_HOME is not set; {JAVA_REMEDY}."
        )
    output = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', output)
    if version is None or int(version[1]) < OLDEST_JAVA:
        first_line = (output.splitlines() or ["nothing"])[0]
        raise InputError(
            f"Spark needs Java {OLDEST_JAVA} or 21, but {java} answers {first_line!r}; "
            f"{JAVA_REMEDY}."
        )


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return shutil.which(str(Path(home) / "bin" / "java")) if home else shutil.which("java")
