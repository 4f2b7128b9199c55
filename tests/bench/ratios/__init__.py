"""The ratios: ours and each rival interleaved, on the same logs, in the same run."""
