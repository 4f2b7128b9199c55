"""The projector: folds the log into the read model and publishes what changed."""
