"""What pages show and `pytest tests/docs` does not run by itself: who does, or why no machine does."""

RUN_ELSEWHERE = {
    # how the command begins → (the file that runs it, a text in that file which does so)
    "make run": (".ci/run", "make --no-print-directory run"),
    "make test": (".ci/run", "make --no-print-directory test"),
    "make check": (".ci/run", "make --no-print-directory check"),
    "DMP_JARS=jars make run": ("tests/system/test_offline.py", "DMP_JARS"),
    "bin/jars": ("tests/system/test_offline.py", '"bin" / "jars"'),
    "bin/environment-archive": ("tests/system/test_cluster.py", '"bin" / "environment-archive"'),
    "MASTER=spark://": ("tests/system/cluster.py", "spark-submit.sh"),
    ".venv/bin/python -m tests.mutants.run": ("Makefile", "tests.mutants.run"),
    "dmp features rebuild": ("tests/system/test_training_sets.py", '"features", "rebuild"'),
    "dmp run -p conf/complete_journey --stage models --set models.search=wide": ("tests/models/test_fit_search.py", "wide"),
    "/srv/dmp_spark/.venv/bin/dmp run": ("tests/docs/test_run.py", "dmp run"),
    "dmp package -p PROJECT --out FOLDER/project.zip": ("tests/cli/test_package.py", "out"),
    "dmp deploy databricks FOLDER": ("tests/deploy/test_databricks.py", "databricks"),
    "dmp deploy airflow FOLDER": ("tests/deploy/test_airflow.py", "airflow"),
}

NOBODY = {
    "make run-shopping": "four minutes on two cores; CONTRIBUTING says after which change, and it ends with 1 unless it holds",
    "pip wheel": "builds the wheel: bin/environment-archive does the same in tests/system/test_cluster.py",
    "databricks ": "asks a workspace; docs/guide/databricks.md says what was tried",
    "airflow ": "sets up the Airflow of others; docs/guide/airflow.md says what was tried",
    "spark-submit --master": "YARN and Kubernetes; docs/guide/clusters.md says that they were not tried",
}
