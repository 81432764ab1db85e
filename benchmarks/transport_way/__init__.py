"""What the benchmark of the transport solver measures, each in a process of its own."""
