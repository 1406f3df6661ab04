"""What tools/check_update.py recomputes, by families of formulas."""
