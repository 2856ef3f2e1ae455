"""Numbers as Escher prints them beside labels."""

import math
from decimal import Decimal


def format_value(value) -> str:
    """Three significant digits ("4.13", "-0.00012", "1.20e-7"), "(nd)" for None and NaN."""
    if value is None or math.isnan(value):
        return "(nd)"
    value = float(value)
    if value == 0:
        return "0.00"
    # JavaScript rounds the exact binary value, half up, and takes exponents from 1e-7 and 1e3 on.
    text = f"{abs(value):.2e}"
    mantissa, exponent = text.split("e")
    power = int(exponent)
    if -7 < power < 3:
        text = f"{Decimal(text):.{2 - power}f}"
    else:
        text = f"{mantissa}e{power:+d}"
    return f"-{text}" if value < 0 else text
