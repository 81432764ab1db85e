"""Two reference problems of the discrete-element method, for our engine and for its peers."""
