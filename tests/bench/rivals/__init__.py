"""What a user would pick instead, as contestants: what a competent engineer writes first, and the best known.

Those that need packages of their own run in .venv-bench and import nothing of ours but `tests.bench.child`.
"""
