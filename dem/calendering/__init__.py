"""Calendering as the machine does it: rolls, the nip between them, what a pass is driven by."""
