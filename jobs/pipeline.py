"""All stages as one job: ./spark-submit.sh jobs/pipeline.py -p PROJECT, with the options of `dmp run`."""

from dmp_spark.cli.jobs import main

if __name__ == "__main__":
    main()
