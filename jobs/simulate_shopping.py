"""Make the data of conf/shopping_ratings: python jobs/simulate_shopping.py FOLDER. What is there already is left alone."""

import sys
from pathlib import Path

from dmp_spark.simulate.shopping import FILES, write

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    if all((folder / name).is_file() for name in FILES):
        print(f"{folder}: the data is there")
    else:
        for file in write(folder):
            print(f"{file}: {file.stat().st_size:,} bytes")
