"""Takes facts in: verifies, normalises and logs them before anybody is told they are safe."""
