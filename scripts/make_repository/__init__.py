"""Makes the repository that the gate is demonstrated on: 500 files, half of them wrong."""
