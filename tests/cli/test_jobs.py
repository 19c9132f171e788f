"""Every job resolves to its stage, and there is one for each."""

from pathlib import Path

import pytest

from dmp_spark import registry
from dmp_spark.cli import jobs

JOBS = Path(__file__).parents[2] / "jobs"


def test_there_is_a_job_for_the_pipeline_and_for_each_stage():
    assert {job.stem for job in JOBS.glob("*.py")} == {"pipeline", "simulate", "simulate_shopping", *registry.STAGES}


@pytest.mark.parametrize("stage", registry.STAGES)
def test_a_job_names_its_own_stage(stage):
    text = (JOBS / f"{stage}.py").read_text()
    assert f'main("{stage}")' in text
    assert text.startswith(f'"""The stage {stage} as a job')


@pytest.mark.parametrize("code", [0, None, 1, 2, 3])
def test_a_task_returns_where_all_is_well_and_ends_the_process_where_it_is_not(monkeypatch, code):
    def command():
        raise SystemExit(code)

    monkeypatch.setattr(jobs, "command", command)
    if not code:
        assert jobs.task() is None
    else:
        with pytest.raises(SystemExit) as end:
            jobs.task()
        assert end.value.code == code
