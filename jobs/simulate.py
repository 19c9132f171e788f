"""Make the data of conf/storefront and its truth: python jobs/simulate.py OUT [--events N] [--seed N] [--setting plain|hard] …

Prints what is true beside the setting, and one hash of all content. `--help` lists the options.
docs/guide/storefront.md says the rest.
"""

import sys
from time import monotonic
from typing import Any

from dmp_spark.cli.failing import told
from dmp_spark.simulate.storefront.call import Call, already_made, parsed, remember
from dmp_spark.simulate.storefront.world import BEGIN


def run() -> None:
    """Make what the arguments ask for, or find it there."""
    call = parsed(sys.argv[1:])
    said = already_made(call)
    if said is None:
        begin = monotonic()
        said = made(call)
        remember(call, said)
        shown(call, said, f"made in {monotonic() - begin:.0f} s")
    else:
        shown(call, said, "is there already")


def made(call: Call) -> dict[str, Any]:
    """Make the storefront; what was made, as it is remembered."""
    from dmp_spark.lakehouse.session import start
    from dmp_spark.simulate.storefront.make import make

    spark = start(overrides={"spark.master": call.master} if call.master else None)
    result = make(spark, call.world, call.folder, call.partitions, call.compression)
    return {
        "rows": {name: rows for name, (rows, _) in result.contents.items()},
        "shares": [[each.name, each.setting, each.counted, each.among, each.of] for each in result.shares],
        "content": result.content,
    }


def shown(call: Call, said: dict[str, Any], how: str) -> None:
    """Print what stands in the folder."""
    world = call.world
    print(
        f"{call.folder}: {world.setting.name}, seed {world.seed}, {world.days} days from {BEGIN}, "
        f"{world.people:,} people, {world.robots:,} robots; {how}"
    )
    for name, rows in said["rows"].items():
        print(f"  {name:20} {rows:15,}")
    print(f"{'':46} {'setting':>9} {'counted':>9}   among")
    for name, setting, counted, among, of in said["shares"]:
        wanted = "" if setting is None else f"{setting:9.3%}"
        print(f"  {name:44} {wanted:>9} {counted / among if among else 0:9.3%}   {among:,} {of}")
    print(f"content {said['content']}")


if __name__ == "__main__":
    told(run)
