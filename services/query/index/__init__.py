"""The read side's own index of shipments and orders: disposable, made from the model."""
