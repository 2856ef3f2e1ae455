"""kinetools: kinetic models of metabolism and flux posteriors from 13C data."""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["maps"],
    submod_attrs={
        "errors": ["InputError"],
        "analysis.binned_spectra": ["binned_spectra"],
        "analysis.constraining": ["constrain_parameters", "constrained_sets"],
        "analysis.control": ["compare_rankings", "rank_by_control"],
        "analysis.embedding": ["umap_parameters"],
        "analysis.parameter_projection": ["fit_parameter_pca", "load_parameter_pca"],
        "analysis.populations": ["compare_populations"],
        "analysis.projection": ["fit_trajectory_pca", "load_trajectory_pca"],
        "analysis.ranking": ["rank_parameters"],
        "analysis.selection": ["chance_limit", "reaction_contrast", "selection_contrast"],
        "gan.evaluation": ["evaluate_generator"],
        "gan.generation": ["acceptance_rate"],
        "gan.generator": ["Generator", "load_generator"],
        "gan.repeats": ["train_gan_repeats"],
        "gan.run_directory": ["GanRun", "open_gan_run"],
        "gan.settings": ["gan_settings"],
        "gan.training": ["GanTraining", "start_gan_training", "train_gan"],
        "gan.transfer": ["transfer_study", "transfer_table"],
        "kinetics.model": ["KineticModel", "load_kinetic_model", "save_kinetic_model"],
        "kinetics.steady_state": ["SteadyState", "load_steady_state", "save_steady_state"],
        "kinetics.parameter_sets": [
            "open_parameter_sets",
            "parameter_sets",
            "save_parameter_sets",
        ],
        "kinetics.dynamics": ["simulate"],
        "kinetics.perturbation": ["perturb"],
        "kinetics.trajectories": ["open_trajectories", "save_trajectories"],
        "kinetics.trajectory_rates": ["trajectory_rates"],
        "kinetics.oracle": ["sample_parameters"],
        "kinetics.published": ["read_published_parameters", "write_published_parameters"],
        "kinetics.rates": ["reaction_rates"],
        "kinetics.sbml_read": ["from_sbml"],
        "kinetics.sbml_write": ["to_sbml"],
        "kinetics.sensitivity": ["eigenvalue_sensitivities"],
        "kinetics.spectra": ["eigenvalues"],
        "kinetics.rules": ["Condition", "LabelRule"],
        "kinetics.labels": [
            "class_counts",
            "edit_labels",
            "label_parameters",
            "label_rule",
            "relabel",
        ],
    },
)
