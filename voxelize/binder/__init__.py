"""Carbon-binder domain put into the pores of a volume."""
