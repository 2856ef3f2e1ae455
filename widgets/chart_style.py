"""How all charts look, as plain parts of a Plotly figure."""

FONT = 'system-ui, "Helvetica Neue", Arial, sans-serif'


def layout(height: int, **more) -> dict:
    """A white chart with light grid lines."""
    return {
        "height": height,
        "font": {"family": FONT, "size": 12, "color": "#222"},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": "white", "bordercolor": "#999", "font": {"color": "#222"}},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": "#999", "activecolor": "#222"},
        **more,
    }


def axis(title: str, **more) -> dict:
    """An axis with its title."""
    return {
        "title": {"text": title, "standoff": 8},
        "gridcolor": "#e8e8e8",
        "linecolor": "#888",
        "showline": True,
        "zeroline": False,
        "automargin": True,
        **more,
    }


def note(text: str) -> dict:
    """A sentence below the chart's axis, for charts with a bottom margin of 74 pixels."""
    return {
        "text": text,
        "font": {"size": 11, "color": "#555"},
        "showarrow": False,
        **{"xref": "paper", "x": 1, "xanchor": "right"},
        **{"yref": "paper", "y": 0, "yanchor": "top", "yshift": -50},
    }
