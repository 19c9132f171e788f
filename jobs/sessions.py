"""The stage sessions as a job: ./spark-submit.sh jobs/sessions.py -p PROJECT, with the options of `dmp run`."""

from dmp_spark.cli.jobs import main

if __name__ == "__main__":
    main("sessions")
