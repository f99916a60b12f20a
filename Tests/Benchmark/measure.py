"""Runs a command that prints one object of JSON, and prints what the benchmark wants of it.

    measure.py COMMAND...

Prints records=... rate=... (records a second, by the command's own clock) and memory=... (peak, in
MB).
"""
import json
import resource
import subprocess
import sys

done = subprocess.run(sys.argv[1:], capture_output=True, text=True, check=False)
if done.returncode != 0:
    sys.exit(done.stdout + done.stderr)
result = json.loads(done.stdout)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
rate = result["records"] / result["seconds"]
print(f"records={result['records']} rate={rate:.0f} memory={peak:.0f}")
