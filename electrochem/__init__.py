"""What a labelled volume conducts, and what a cell made of it delivers."""
