"""Code tables too long to stand in their carrier's file: data and nothing else."""
