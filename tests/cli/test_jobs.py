"""Every job resolves to its stage, and there is one for each."""

from pathlib import Path

import pytest

from dmp_spark import registry

JOBS = Path(__file__).parents[2] / "jobs"


def test_there_is_a_job_for_the_pipeline_and_for_each_stage():
    assert {job.stem for job in JOBS.glob("*.py")} == {"pipeline", "simulate_shopping", *registry.STAGES}


@pytest.mark.parametrize("stage", registry.STAGES)
def test_a_job_names_its_own_stage(stage):
    text = (JOBS / f"{stage}.py").read_text()
    assert f'main("{stage}")' in text
    assert text.startswith(f'"""The stage {stage} as a job')
