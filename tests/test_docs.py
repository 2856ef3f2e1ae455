"""What the documentation tells users to type works as it stands."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), re.S)


def test_the_tutorial_for_ones_own_organism_runs(tmp_path):
    tutorial = ROOT / "docs" / "your_own_organism.md"
    for name, text in zip(
        ("pathway.yaml", "pathway_state.yaml"), blocks(tutorial, "yaml"), strict=True
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    sampled, from_cobra = blocks(tutorial, "python")[:2]
    script = f"{sampled}\nassert kt.class_counts(sets).sets.sum() == 1000\n{from_cobra}"
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True)


def test_links_inside_the_documentation_lead_somewhere():
    for page in [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("data/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
