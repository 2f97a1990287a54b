"""What `benchmarks/cohort_scale.py` is made of: cohorts, a watcher of processes, figures."""
