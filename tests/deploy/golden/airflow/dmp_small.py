# Written by dmp deploy airflow, checksum 75109c434f484fcb: a file changed by hand is not overwritten.
"""small: a task a stage, in the order of its tables.

Airflow 3. Variables: `dmp_home`, the folder of the checkout of dmp_spark on the workers; `dmp_project_small`, that of the
project. A task ends failed where its stage failed, and skipped where a gate of the project held something back (exit code 3):
what needs it is then skipped too, and the run has not failed.
"""

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

SUBMIT = 'cd "{{ var.value.dmp_home }}" && ./spark-submit.sh'
OPTIONS = '-p "{{ var.value.dmp_project_small }}" --started-at {{ dag_run.run_after.isoformat() }} --wait \'6 hours\''

with DAG(
    dag_id="dmp_small",
    description="Fifty households of a retailer's 2017",
    schedule=None,
    start_date=pendulum.datetime(2020, 1, 1, tz='America/New_York'),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=1,  # one run at a time on a lakehouse
    default_args={"skip_on_exit_code": 3},
    tags=["dmp_spark"],
):
    ingest = BashOperator(task_id="ingest", bash_command=f"{SUBMIT} jobs/ingest.py --part {OPTIONS}")
    sessions = BashOperator(task_id="sessions", bash_command=f"{SUBMIT} jobs/sessions.py --part {OPTIONS}")
    identity = BashOperator(task_id="identity", bash_command=f"{SUBMIT} jobs/identity.py --part {OPTIONS}")
    features = BashOperator(task_id="features", bash_command=f"{SUBMIT} jobs/features.py --part {OPTIONS}")
    profiles = BashOperator(task_id="profiles", bash_command=f"{SUBMIT} jobs/profiles.py --part {OPTIONS}")
    models = BashOperator(task_id="models", bash_command=f"{SUBMIT} jobs/models.py --part {OPTIONS}")
    segments = BashOperator(task_id="segments", bash_command=f"{SUBMIT} jobs/segments.py --part {OPTIONS}")
    activation = BashOperator(task_id="activation", bash_command=f"{SUBMIT} jobs/activation.py --part {OPTIONS}")
    measurement = BashOperator(task_id="measurement", bash_command=f"{SUBMIT} jobs/measurement.py --part {OPTIONS}")
    publish = BashOperator(task_id="publish", bash_command=f"{SUBMIT} jobs/pipeline.py {OPTIONS}")

    ingest >> sessions
    ingest >> identity
    [ingest, identity] >> features
    [ingest, identity, features] >> profiles
    features >> models
    [features, profiles, models] >> segments
    [ingest, identity, features, profiles, models, segments] >> activation
    [ingest, identity, activation] >> measurement
    [sessions, measurement] >> publish
