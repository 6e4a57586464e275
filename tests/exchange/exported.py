"""A run folder with everything that exports meet: several benchmarks, generations, turns, errors, odd texts."""

from recorded import record, run_folder

ODD = '<script>alert(1)</script>\x1b[31m\u202e "quoted", line\nbreak 日本語 \ud800'
SHOWN = '<script>alert(1)</script>\x1b[31m\u202e "quoted", line\nbreak 日本語 \\ud800'


def answer(benchmark, sample, text, **more):
    usage = {"prompt_tokens": 10, "completion_tokens": 5}
    return {"benchmark": benchmark, "sample": sample, "text": text, "finish_reason": "stop", "usage": usage, **more}


RECORDS = [
    record("anatomy/0", 1.0, benchmark="swallow_jmmlu", group="stem", extracted="A"),
    record("anatomy/1", 0.0, benchmark="swallow_jmmlu", group="stem", extracted=None, counts={"unextracted": 1}),
    record("virology/0", 0.5, benchmark="swallow_jmmlu", group="other", extracted=["A", "B"]),
    record("virology/1", None, benchmark="swallow_jmmlu", group="other", error="no answer: \ud800", scores={}),
    record("0", 0.7, benchmark="japanese_mt_bench", group="writing", scores={"judge_score": 0.7, "verdicts": [7, 7]}),
]
QUESTIONS = [
    {"benchmark": "swallow_jmmlu", "sample": sample, "messages": [{"role": "system", "content": "Be brief."},
     {"role": "user", "content": f"{sample}? {ODD}"}], "target": target, "choices": ["A", "B"], "group": None}
    for sample, target in (("anatomy/0", "A"), ("anatomy/1", "B"), ("virology/0", "A"), ("virology/1", "B"))
] + [{"benchmark": "japanese_mt_bench", "sample": "0", "turns": ["first?", "second?"], "target": ["gold", "gold 2"]}]  # fmt: skip
ANSWERS = [
    answer("swallow_jmmlu", "anatomy/0", "A", reasoning="since"),
    answer("swallow_jmmlu", "anatomy/1", ODD),
    answer("swallow_jmmlu", "virology/0", "B", repeat=1),
    answer("swallow_jmmlu", "virology/0", "A", repeat=0),
    answer("japanese_mt_bench", "0", "one"),
    answer("japanese_mt_bench", "0", "two", turn=1, finish_reason="length"),
    answer("japanese_mt_bench", "0", "Rating: [[7]]", role="judge", judge="j"),
]


def exported_run(path, **more):
    """The run in `path`; `questions` and `answers` None leave the file out."""
    return run_folder(path, RECORDS, **({"questions": QUESTIONS, "answers": ANSWERS, "name": "org/model"} | more))
