"""The page's charts as Vega-Lite specifications: data and encodings. Colours and fonts come from the page's theme."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from swallow_metrics.html.summary import Line, scale_of
from swallow_metrics.html.words import Words
from swallow_metrics.runs import Run

Spec = dict[str, Any]


def charts(runs: Sequence[Run], names: Sequence[str], lines: Sequence[Line], index: Mapping[str, Any], w: Words) -> Any:
    """Name → specification, and under "groups" benchmark → specification. A chart without data is left out."""
    titles = [line.title for line in lines]
    found: dict[str, Any] = {
        "benchmarks": _scores([_bar(x.title, names[s.run], s) for x in lines for s in x.scores], names, titles, w),
        "groups": {line.benchmark: _groups(runs, names, line.benchmark, w) for line in lines},
        "radar": _radar(names, lines, w) if len(runs) > 1 else None,
        "finish": _finish(runs, names, dict(zip([x.benchmark for x in lines], titles, strict=True)), w),
    }
    for column, least in (("length", 1), ("latency", 0.01)):
        found[column] = _spread(_columns(index, column), names, titles, w[column], least, w)
    found["tokens"] = _spread(_tokens(runs, [x.benchmark for x in lines]), names, titles, w["tokens"], 1, w)
    found["groups"] = {name: spec for name, spec in found["groups"].items() if spec is not None}
    return {name: spec for name, spec in found.items() if spec}


def _bar(row: str, run: str, score: Any) -> dict[str, Any]:
    by = score.scale
    bar = {"row": row, "run": run, "score": score.mean / by, "shown": score.shown, "n": score.n}
    if score.low is not None:
        bar |= {"low": score.low / by, "high": score.high / by}
    return bar | ({"chance": score.chance} if score.chance is not None else {})


def _by_run(names: Sequence[str]) -> Spec:
    """Rows with one band for each run in it."""
    scale = {"paddingInner": 0.15, "domain": list(names)}
    return {
        "height": {"step": 10 + 14 * len(names), "for": "position"},
        "encoding": {
            "y": {"field": "row", "type": "nominal", "sort": None, "title": None},
            "yOffset": {"field": "run", "type": "nominal", "sort": None, "scale": scale},
        },
    }


def _colour(names: Sequence[str], legend_at: str = "top") -> Spec:
    many = len(names) > 1
    legend = {"title": None, "orient": legend_at, "labelLimit": 400} if many else None
    return {"field": "run", "type": "nominal", "sort": None, "scale": {"domain": list(names)}, "legend": legend}


def _scores(values: list[dict[str, Any]], names: Sequence[str], rows: Sequence[str], w: Words) -> Spec | None:
    """Bars from 0 to 1 with interval lines; chance level as a mark across. A run has one colour on the whole page."""
    if not values:
        return None
    spec = _by_run(names)
    spec["encoding"]["y"]["scale"] = {"domain": list(rows)}
    spec["encoding"]["tooltip"] = [
        {"field": "row", "title": w["benchmark"]},
        *([{"field": "run", "title": w["run"]}] if len(names) > 1 else []),
        {"field": "shown", "title": w["score"]},
        {"field": "n", "title": "n"},
    ]
    x: Spec = {"field": "score", "type": "quantitative", "scale": {"domain": [0, 1]}, "title": None, "stack": None}
    x["axis"] = {"tickCount": 5, "format": ".1f"}
    layers: list[Spec] = [
        {"mark": {"type": "bar", "opacity": 0.85}, "encoding": {"x": x, "color": _colour(names)}},
        {"mark": {"type": "rule", "strokeWidth": 1.5}, "encoding": {"x": {"field": "low"}, "x2": {"field": "high"}}},
        *(
            {
                "mark": {"type": "tick", "thickness": 1.5, "size": 7, "style": "interval"},
                "encoding": {"x": {"field": f}},
            }
            for f in ("low", "high")
        ),
    ]
    for layer in layers[1:]:
        layer["encoding"]["x"]["type"] = "quantitative"
        layer["transform"] = [{"filter": "isValid(datum.low)"}]
    if any("chance" in value for value in values):
        layers.append(
            {
                "transform": [{"filter": "isValid(datum.chance)"}],
                "mark": {"type": "tick", "thickness": 2, "style": "chance"},
                "encoding": {"x": {"field": "chance", "type": "quantitative"}},
            }
        )
    return {"data": {"values": values}, **spec, "layer": layers}


def _groups(runs: Sequence[Run], names: Sequence[str], benchmark: str, w: Words) -> Spec | None:
    values: list[dict[str, Any]] = []
    for name, run in zip(names, runs, strict=True):
        part = run.benchmarks.get(benchmark, {})
        for group, metrics in part.get("groups", {}).items():
            figures = metrics.get(part["primary"])
            if figures is None or figures.get("mean") is None:
                continue
            by = scale_of(str(part["primary"]))
            low, high = figures.get("ci95") or (None, None)
            bar = {"row": group, "run": name, "score": figures["mean"] / by, "n": figures.get("n")}
            bar["shown"] = f"{figures['mean']:.4f}"
            if low is not None and high is not None:
                bar |= {"low": low / by, "high": high / by}
                bar["shown"] += f"  [{low:.4f}, {high:.4f}]"
            values.append(bar)
    rows = list(dict.fromkeys(value["row"] for value in values))
    return _scores(values, names, rows, w) if len(rows) > 1 else None


def _radar(names: Sequence[str], lines: Sequence[Line], w: Words) -> Spec | None:
    """One closed line for each run over the benchmarks that every run has; fewer than three make no area."""
    full = [line for line in lines if len(line.scores) == len(names)]
    if len(full) < 3:
        return None
    angles = [2 * math.pi * k / len(full) for k in range(len(full))]
    values: list[dict[str, Any]] = []
    for run, name in enumerate(names):
        for k in (*range(len(full)), 0):
            score = full[k].scores[run]
            radius = max(0.0, score.mean / score.scale)
            values.append(
                {
                    "run": name,
                    "row": full[k].title,
                    "shown": score.shown,
                    "x": radius * math.sin(angles[k]),
                    "y": radius * math.cos(angles[k]),
                    "order": len(values),
                }
            )
    ring = [
        {"ring": r, "x": r * math.sin(t * math.pi / 36), "y": r * math.cos(t * math.pi / 36), "order": t}
        for r in (0.25, 0.5, 0.75, 1)
        for t in range(73)
    ]
    spokes = [
        {
            "row": line.title,
            "x": math.sin(a),
            "y": math.cos(a),
            "lx": 1.08 * math.sin(a),
            "ly": 1.08 * math.cos(a),
            "side": "center" if abs(math.sin(a)) < 0.1 else "left" if math.sin(a) > 0 else "right",
        }
        for line, a in zip(full, angles, strict=True)
    ]

    def at(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "scale": {"domain": [-1, 1], "nice": False}, "axis": None}

    plane = {"x": at("x"), "y": at("y")}
    labels = [
        {
            "data": {"values": [s for s in spokes if s["side"] == side]},
            "mark": {"type": "text", "align": side, "baseline": "middle", "limit": 125},
            "encoding": {"x": at("lx"), "y": at("ly"), "text": {"field": "row"}},
        }
        for side in ("left", "center", "right")
        if any(s["side"] == side for s in spokes)
    ]
    lined = {**plane, "order": {"field": "order"}}
    return {
        "fixedWidth": 320,
        "layer": [
            {
                "data": {"values": ring},
                "mark": {"type": "line", "style": "grid"},
                "encoding": {**lined, "detail": {"field": "ring"}},
            },
            {
                "data": {"values": spokes},
                "mark": {"type": "rule", "style": "grid"},
                "encoding": {**plane, "x2": {"datum": 0}, "y2": {"datum": 0}},
            },
            *labels,
            {
                "data": {"values": values},
                "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 36}},
                "encoding": {
                    **lined,
                    "color": _colour(names, "bottom"),
                    "tooltip": [
                        {"field": "row", "title": w["benchmark"]},
                        {"field": "run", "title": w["run"]},
                        {"field": "shown", "title": w["score"]},
                    ],
                },
            },
        ],
    }


def _finish(runs: Sequence[Run], names: Sequence[str], titles: Mapping[str, str], w: Words) -> Spec | None:
    """Shares of finish reasons, stacked."""
    values: list[dict[str, Any]] = []
    for name, run in zip(names, runs, strict=True):
        for benchmark, records in run.records.items():
            reasons = Counter(str(x) if x else w["unknown"] for r in records.values() for x in r.finish_reasons)
            for reason, number in reasons.most_common(6):
                values.append({"row": titles[benchmark], "run": name, "reason": reason, "number": number})
    if all(value["reason"] == w["unknown"] for value in values):
        return None
    spec = _by_run(names)
    x = {"field": "number", "type": "quantitative", "stack": "normalize", "title": None}
    legend = {"title": None, "orient": "top"}
    spec["encoding"] |= {
        "x": {**x, "axis": {"format": "%", "tickCount": 5}},
        "color": {"field": "reason", "type": "nominal", "sort": None, "scale": {"range": "reasons"}, "legend": legend},
        "tooltip": [
            {"field": "row", "title": w["benchmark"]},
            {"field": "run", "title": w["run"]},
            {"field": "reason", "title": w["finish"]},
            {"field": "number", "title": w["answers"]},
        ],
    }
    return {"data": {"values": values}, **spec, "mark": {"type": "bar"}}


Distribution = Mapping[tuple[int, int], list[float]]  # (benchmark number, run number) → values


def _columns(index: Mapping[str, Any], column: str) -> Distribution:
    found: dict[tuple[int, int], list[float]] = {}
    for run, rows in enumerate(index["runs"]):
        for benchmark, value in zip(index["benchmark"], rows[column], strict=True):
            if value is not None:
                found.setdefault((benchmark, run), []).append(value)
    return found


def _tokens(runs: Sequence[Run], benchmarks: Sequence[str]) -> Distribution:
    return {
        (k, run_number): values
        for k, benchmark in enumerate(benchmarks)
        for run_number, run in enumerate(runs)
        if (
            values := [
                float(tokens)
                for record in run.records.get(benchmark, {}).values()
                if (tokens := record.counts.get("completion_tokens"))
            ]
        )
    }


def _spread(
    data: Distribution, names: Sequence[str], titles: Sequence[str], title: str, least: float, w: Words
) -> Spec | None:
    """Median, quartiles, and the 5th and 95th percentile of each benchmark."""
    values: list[dict[str, Any]] = []
    for (benchmark, run), numbers in sorted(data.items()):
        ordered = sorted(numbers)
        # a logarithmic axis has no 0
        q = {
            f"p{p}": max(least, ordered[min(len(ordered) - 1, int(p / 100 * len(ordered)))])
            for p in (5, 25, 50, 75, 95)
        }
        values.append({"row": titles[benchmark], "run": names[run], "n": len(ordered), **q})
    if not values:
        return None
    spec = _by_run(names)
    spec["encoding"]["tooltip"] = [
        {"field": "row", "title": w["benchmark"]},
        {"field": "run", "title": w["run"]},
        *({"field": f"p{p}", "title": f"{p} %"} for p in (5, 25, 50, 75, 95)),
        {"field": "n", "title": "n"},
    ]

    lowest, highest = min(value["p5"] for value in values), max(value["p95"] for value in values)
    axis = {"values": _ticks(lowest, highest), "format": "~s" if lowest >= 1 else "~g"}

    def at(field: str, to: str | None = None) -> Spec:
        x = {"field": field, "type": "quantitative", "title": title, "scale": {"type": "log"}, "axis": axis}
        return {"x": x, **({"x2": {"field": to}} if to else {})}

    equal = [value for value in values if value["p25"] == value["p75"]]  # a bar without width is not seen
    mark = {"type": "tick", "thickness": 8, "opacity": 1}
    marks = {"data": {"values": equal}, "mark": mark, "encoding": {**at("p50"), "color": _colour(names)}}
    layers = [
        {"mark": {"type": "rule", "strokeWidth": 1.5}, "encoding": at("p5", "p95")},
        {"mark": {"type": "bar"}, "encoding": {**at("p25", "p75"), "color": _colour(names)}},
        *([marks] if equal else ()),
        {"mark": {"type": "tick", "thickness": 2, "style": "median"}, "encoding": at("p50")},
    ]
    return {"data": {"values": values}, **spec, "layer": layers}


def _ticks(lowest: float, highest: float) -> list[float]:
    """Powers of ten between two positive numbers; with 2 and 5 times them where there are few."""
    first, last = math.floor(math.log10(lowest)), math.ceil(math.log10(highest))
    steps = (1,) if last - first > 3 else (1, 2, 5)
    return [step * 10.0**power for power in range(first, last + 1) for step in steps]
