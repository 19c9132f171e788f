#!/usr/bin/env bash
# spark-submit.sh [spark-submit's options] jobs/<job>.py [the job's options]: pyspark's own spark-submit from .venv.
#   MASTER='local[1]' ./spark-submit.sh --conf spark.sql.shuffle.partitions=3 jobs/segments.py -p conf/complete_journey
# Settings come from conf/spark/${DMP_ENGINE:-local}.conf unless a --properties-file is given; MASTER and --conf win over them.
# DMP_JARS=folder takes the jars from there (bin/jars fills it) instead of fetching what the settings name.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fail() { echo "spark-submit.sh: $*" >&2; exit 2; }
[ -x "$here/.venv/bin/python" ] || fail ".venv is not there; make it with: bin/bootstrap run"

options=() own_settings=false own_jars=false
for argument in "$@"; do
  case $argument in --properties-file|--properties-file=*) own_settings=true;; --jars|--jars=*) own_jars=true;; *.py) break;; esac
done
if [ "$own_settings" = false ]; then
  settings=$here/conf/spark/${DMP_ENGINE:-local}.conf
  [ -f "$settings" ] || fail "$settings is not there; DMP_ENGINE names a file of conf/spark"
  options+=(--properties-file "$settings")
fi
[ -z "${MASTER:-}" ] || options+=(--master "$MASTER")
if [ -n "${DMP_JARS:-}" ]; then
  compgen -G "$DMP_JARS/*delta-spark*.jar" >/dev/null ||
    fail "DMP_JARS: no jar of delta-spark in $DMP_JARS; fill it where there is a network, with bin/jars FOLDER, or unset DMP_JARS"
  options+=(--conf spark.jars.packages=) # else Spark would still fetch them
  jars=$(printf '%s,' "$DMP_JARS"/*.jar)
  [ "$own_jars" = true ] || options+=(--jars "${jars%,}")
fi

# Executors of a cluster must reach the driver, so the loopback is for one machine only.
[ "$own_settings" = true ] || [ "${DMP_ENGINE:-local}" != local ] || export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}
export PYSPARK_PYTHON=${PYSPARK_PYTHON:-$here/.venv/bin/python}
export PYSPARK_DRIVER_PYTHON=${PYSPARK_DRIVER_PYTHON:-$here/.venv/bin/python}
unset SPARK_HOME # the pyspark of .venv, not another that lies about
export PYTHONPATH=$here${PYTHONPATH:+:$PYTHONPATH}
PATH=$here/.venv/bin:$PATH "$here/.venv/bin/spark-submit" ${options[@]+"${options[@]}"} "$@"
