"""Reports checked against `docs/report.schema.json`."""

import json
from functools import cache

from places import ROOT


@cache
def validator():
    import jsonschema

    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def checked(report):
    """The report; the test fails where it breaks the schema."""
    problems = [f"{error.json_path}: {error.message[:300]}" for error in validator().iter_errors(report)]
    assert not problems, problems[:5]
    return report
