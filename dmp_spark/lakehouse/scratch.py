"""The only way to materialise a frame: Parquet folders of one run, dropped when it ends."""

import shutil
from itertools import count
from pathlib import Path

from pyspark.sql import DataFrame


class Scratch:
    """Folders `scratch/<run_id>/<stage>/<n>-<name>` under a lakehouse."""

    def __init__(self, root: Path, run_id: str, stage: str) -> None:
        self.folder = root / "scratch" / run_id / stage
        self._numbers = count(1)

    def write(self, frame: DataFrame, name: str) -> DataFrame:
        """The same rows, read back from Parquet: computed once, and cut off from what they came from."""
        path = str(self.folder / f"{next(self._numbers):02d}-{name}")
        # what is read once is not worth a dictionary: its columns are mostly keys that differ row by row
        frame.write.mode("overwrite").option("parquet.enable.dictionary", "false").parquet(path)
        return frame.sparkSession.read.schema(frame.schema).parquet(path)

    def drop(self) -> None:
        """Remove what the stage wrote here, and the run's folder with it when it is the last."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for folder in (self.folder.parent, self.folder.parent.parent):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
