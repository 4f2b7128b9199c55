"""What is ours, as contestants: each in a process of its own, under the settings its service has."""
