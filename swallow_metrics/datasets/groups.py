"""Subjects and the groups they are reported in (rules BE-40 to BE-42): tables shared by several benchmarks."""

from __future__ import annotations

from collections.abc import Mapping

_STEM = """abstract_algebra anatomy astronomy college_biology college_chemistry college_computer_science
college_mathematics college_physics computer_security conceptual_physics electrical_engineering elementary_mathematics
high_school_biology high_school_chemistry high_school_computer_science high_school_mathematics high_school_physics
high_school_statistics machine_learning"""
_HUMANITIES = """formal_logic high_school_european_history international_law jurisprudence logical_fallacies
moral_disputes philosophy prehistory world_religions"""
_SOCIAL = """econometrics high_school_geography high_school_macroeconomics high_school_microeconomics
high_school_psychology human_sexuality professional_psychology public_relations security_studies sociology"""
_OTHER = """business_ethics clinical_knowledge college_medicine global_facts human_aging management marketing
medical_genetics miscellaneous nutrition professional_accounting professional_medicine virology"""
_ENGLISH_HUMANITIES = "high_school_us_history high_school_world_history moral_scenarios professional_law"
_ENGLISH_SOCIAL = "high_school_government_and_politics us_foreign_policy"


def _by_subject(**groups: str) -> dict[str, str]:
    return {subject: group for group, subjects in groups.items() for subject in subjects.split()}


# The reference's aggregator leaves japanese_history and world_history out of every group (BE-41). An extra group holds
# them, so that its four have the reference's scores and no question is without one.
JMMLU: Mapping[str, str] = _by_subject(
    stem=_STEM,
    humanities=_HUMANITIES,
    social_sciences=_SOCIAL,
    other=_OTHER,
    history="japanese_history world_history",
)
MMLU: Mapping[str, str] = _by_subject(
    stem=_STEM,
    humanities=f"{_HUMANITIES} {_ENGLISH_HUMANITIES}",
    social_sciences=f"{_SOCIAL} {_ENGLISH_SOCIAL}",
    other=_OTHER,
)

_PREFIXES = {"o": "ori_mmlu", "s": "stemez", "b": "scibench", "t": "theoremQA"}
_PRO_SOURCES = {
    "business": "o:business_ethics o:marketing o:management s:Business t:Finance",
    "law": "o:international_law o:professional_law o:jurisprudence",
    "psychology": "o:professional_psychology o:high_school_psychology s:Psychology",
    "biology": "o:high_school_biology o:college_biology s:Biology s:Genetics",
    "chemistry": "b:matter b:quan b:chemmc b:atkins o:high_school_chemistry o:college_chemistry s:OrganicChemistry "
    "s:PhysicalChemistry s:Chemistry",
    "history": "o:prehistory o:high_school_us_history o:high_school_european_history o:high_school_world_history",
    "other": "o:security_studies o:high_school_government_and_politics o:human_sexuality o:high_school_geography "
    "o:us_foreign_policy o:sociology o:miscellaneous o:public_relations o:professional_accounting o:global_facts",
    "health": "o:virology o:college_medicine o:clinical_knowledge o:human_aging o:anatomy o:nutrition "
    "o:medical_genetics o:professional_medicine",
    "economics": "o:econometrics o:high_school_macroeconomics o:high_school_microeconomics s:Economics",
    "math": "b:diff b:calculus b:stat o:high_school_mathematics o:high_school_statistics o:college_mathematics "
    "o:elementary_mathematics o:abstract_algebra t:Math",
    "physics": "b:class b:fund b:thermo o:astronomy o:high_school_physics o:college_physics o:conceptual_physics "
    "s:Optics s:Mechanics s:Physics t:Physics",
    "computer science": "o:college_computer_science o:high_school_computer_science o:computer_security "
    "o:machine_learning s:ComputerScience t:EECS",
    "philosophy": "o:formal_logic o:moral_disputes o:world_religions o:logical_fallacies o:philosophy",
    "engineering": "o:electrical_engineering s:Thermodynamics s:Electromagnetics s:FluidMechanics s:MachineDesign "
    "s:ElectronicCommunications s:HeatTransfer s:ElectricalMachines s:TransportPhenomena s:ElectricCircuits",
}
MMLU_PRO: Mapping[str, str] = {
    f"{_PREFIXES[source[0]]}_{source[2:]}": category
    for category, sources in _PRO_SOURCES.items()
    for source in sources.split()
}
