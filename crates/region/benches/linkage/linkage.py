"""SciPy's average linkage: FILE N DIMS REPEATS THRESHOLD... Prints JSON; FILE.THRESHOLD gets the labels."""
import json
import resource
import sys
import time

import numpy
import scipy
from scipy.cluster.hierarchy import fcluster, linkage

file, n, dims, repeats = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
vectors = numpy.fromfile(file, dtype=numpy.float32).reshape(n, dims).astype(numpy.float64)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
wall, cpu = [], []
for _ in range(repeats):
    w, c = time.perf_counter(), time.process_time()
    tree = linkage(vectors, method="average", metric="cosine")
    wall.append(time.perf_counter() - w)
    cpu.append(time.process_time() - c)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for threshold in sys.argv[5:]:
    labels = fcluster(tree, 1.0 - float(threshold), criterion="distance")
    labels.astype(numpy.uint32).tofile(f"{file}.{threshold}")
print(json.dumps({"scipy": scipy.__version__, "wall": wall, "cpu": cpu, "bytes": (peak - before) * 1024}))
