"""Numbers as Escher prints them beside labels."""

import math
from decimal import ROUND_HALF_UP, Decimal


def format_value(value) -> str:
    """Three significant digits ("4.13", "-0.00012", "1.20e-7"), "(nd)" for None and NaN."""
    if value is None or math.isnan(value):
        return "(nd)"
    # JavaScript rounds the exact binary value, ties up, and takes exponents below 1e-6, from 1e3 on.
    exact = abs(Decimal(float(value)))
    if not exact:
        return "0.00"
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() - 2), ROUND_HALF_UP)
    power = rounded.adjusted()
    if -7 < power < 3:
        text = f"{rounded:.{2 - power}f}"
    else:
        text = f"{rounded.scaleb(-power):.2f}e{power:+d}"
    return f"-{text}" if value < 0 else text
