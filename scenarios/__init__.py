"""The bundled scenario files (`*.toml`) and, in `runner`, the code that reads and runs them."""
