#!/usr/bin/env bash
# spark-submit.sh [spark-submit's options] jobs/<job>.py [the job's options]: pyspark's own spark-submit from .venv.
#   MASTER='local[1]' ./spark-submit.sh --conf spark.sql.shuffle.partitions=3 jobs/segments.py -p conf/complete_journey
# Settings come from conf/spark/${DMP_ENGINE:-local}.conf unless a --properties-file is given; MASTER and --conf win over them.
# DMP_JARS=folder takes the jars from there instead of fetching them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -x "$here/.venv/bin/python" ] || { echo "spark-submit.sh: .venv is not there; make it with: bin/bootstrap run" >&2; exit 2; }

options=() own_settings=false own_jars=false
for argument in "$@"; do
  case $argument in --properties-file|--properties-file=*) own_settings=true;; --jars|--jars=*) own_jars=true;; *.py) break;; esac
done
settings=$here/conf/spark/${DMP_ENGINE:-local}.conf
if [ "$own_settings" = false ]; then
  [ -f "$settings" ] || { echo "spark-submit.sh: $settings is not there; DMP_ENGINE names a file of conf/spark" >&2; exit 2; }
  if [ -n "${DMP_JARS:-}" ]; then # without the coordinates, else Spark would still fetch them
    kept=$(mktemp); trap 'rm -f "$kept"' EXIT
    grep -v '^spark\.jars\.packages' "$settings" >"$kept"
    settings=$kept
  fi
  options+=(--properties-file "$settings")
fi
[ -z "${MASTER:-}" ] || options+=(--master "$MASTER")
if [ -n "${DMP_JARS:-}" ] && [ "$own_jars" = false ]; then
  jars=$(printf '%s,' "$DMP_JARS"/*.jar)
  options+=(--jars "${jars%,}")
fi

export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}
export PYSPARK_PYTHON=${PYSPARK_PYTHON:-$here/.venv/bin/python}
export PYSPARK_DRIVER_PYTHON=${PYSPARK_DRIVER_PYTHON:-$here/.venv/bin/python}
unset SPARK_HOME # the pyspark of .venv, not another that lies about
export PYTHONPATH=$here${PYTHONPATH:+:$PYTHONPATH}
PATH=$here/.venv/bin:$PATH "$here/.venv/bin/spark-submit" ${options[@]+"${options[@]}"} "$@"
