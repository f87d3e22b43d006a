"""Training, evaluation and benchmark. TensorFlow lives only here."""

import os

# TensorFlow reports on CPU features and missing GPUs at every import; it reads this before its first line.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
