"""Resolve the packages of pyproject.toml into the two lock files, with hashes and no addresses.

python -m deploy.lock               keep what is locked where it still fits
python -m deploy.lock --upgrade     take the newest of everything
"""

import subprocess
import sys

from deploy.digests import REQUIREMENTS, ROOT

# For every Python from 3.11.0 on and every system, whatever machine resolves them.
EVERYWHERE = ["--universal", "--python-version", "3.11"]
COMMON = [*EVERYWHERE, "--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet"]


def main(arguments: list[str]) -> int:
    if not set(arguments) <= {"--upgrade"}:
        print(__doc__, file=sys.stderr)
        return 2
    runtime, dev = (REQUIREMENTS / f"{kind}.txt" for kind in ("runtime", "dev"))
    compile_ = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", *COMMON, *arguments]
    subprocess.run([*compile_, "-o", str(runtime)], cwd=ROOT, check=True)
    with_dev = ["--group", "dev", "-c", str(runtime.relative_to(ROOT)), "-o", str(dev)]
    subprocess.run([*compile_, *with_dev], cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
