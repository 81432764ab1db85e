"""Electrodes drawn from their recipe."""
