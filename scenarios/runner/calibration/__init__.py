"""Calibration: crushes single particles and fits their bonds and contacts to what such showed."""
