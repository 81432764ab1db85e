"""Normal laws: force, stiffness and contact radius from the overlap."""
