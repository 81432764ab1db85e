"""The bridge between labelled volumes and grains, in both directions."""
