"""The widgets: views over kinetools objects, for JupyterLab, Notebook 7 and Voilà."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "design_chart": ["DesignChart"],
        "escher_map": ["EscherMap"],
        "flux_map": ["FluxMap"],
        "flux_ridges": ["FluxRidges"],
        "knockout_view": ["KnockoutView"],
        "label_explorer": ["LabelExplorer"],
        "ranking_explorer": ["RankingExplorer"],
        "training_monitor": ["TrainingMonitor"],
        "trajectory_explorer": ["TrajectoryExplorer"],
        "transfer_figure": ["transfer_figure"],
    },
)
