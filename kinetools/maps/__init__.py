"""Metabolic maps in Escher's format: load, check, draw up from a layout, draw as SVG."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "escher": ["check_map", "load_map", "map_metabolites", "map_reactions", "save_map"],
        "layout": ["build_map", "load_layout"],
        "overlaps": ["find_overlaps"],
        "scale": ["Scale"],
        "svg": ["draw_svg"],
        "uncertainty": ["Uncertainty"],
    },
)
