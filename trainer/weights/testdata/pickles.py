"""Writes the files that the tests read, with whatever Python runs it: 2.7 or 3.

    python pickles.py FOLDER

W1 [2][6400] has bytes of every kind, W2 [2] has zeros and signs. Each file is named
PYTHON-MODULE-PROTOCOL.p.gz; the Fortran-ordered, big-endian and float32 arrays have names
of their own.
"""

import gzip
import pickle
import sys

import numpy as np

try:
    import cPickle
except ImportError:
    cPickle = None

python = "python%d" % sys.version_info[0]
w1 = np.zeros((2, 6400))
w1[0, :512] = np.frombuffer(bytes(bytearray(range(256))) * 8, "<f4")[:512].clip(-1e30, 1e30)
w1[0][np.isnan(w1[0])] = 0.5
w1[1, ::50] = np.arange(128) / 7.0
w1 = w1.astype(np.float32).astype(np.float64)
w2 = np.array([-0.0, 1 / 3.0]).astype(np.float32).astype(np.float64)


def write(name, text):
    # No time and no name inside, so that the same pickle is the same file.
    with open("%s/%s-%s.p.gz" % (sys.argv[1], python, name), "wb") as out:
        with gzip.GzipFile("", "wb", 9, out, 0) as packed:
            packed.write(text)


for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    write("pickle-%d" % protocol, pickle.dumps({"W1": w1, "W2": w2}, protocol))
    if cPickle:
        write("cpickle-%d" % protocol, cPickle.dumps({"W1": w1, "W2": w2}, protocol))
    elif protocol < 5:
        write("pypickle-%d" % protocol, pickle._dumps({"W1": w1, "W2": w2}, protocol))
last = pickle.HIGHEST_PROTOCOL
write("fortran-%d" % last, pickle.dumps({"W1": np.asfortranarray(w1), "W2": w2}, last))
write("fortran-0", pickle.dumps({"W1": np.asfortranarray(w1), "W2": w2}, 0))
write("big-%d" % last, pickle.dumps({"W1": w1.astype(">f8"), "W2": w2.astype(">f4")}, last))
write("float32-2", pickle.dumps({"W1": w1.astype("f4"), "W2": w2.astype("f4")}, 2))
write("strided-%d" % last, pickle.dumps({"W1": np.repeat(w1, 2, 1)[:, ::2], "W2": np.repeat(w2, 3)[::3]}, last))
if python == "python3":
    np.savez_compressed(sys.argv[1] + "/python3.npz", W1=np.asfortranarray(w1.astype("f4")), W2=w2.astype(">f8"))
